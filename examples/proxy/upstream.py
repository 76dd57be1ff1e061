"""A service to put behind the proxy: it answers with the request that it saw, as JSON.

Standard library only. Listens on port 8000 of all addresses.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from signal import SIGTERM, signal


class Echo(BaseHTTPRequestHandler):
    """Answers any GET or POST."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with method, target, headers and body."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        seen = {
            "method": self.command,
            "target": self.path,
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
            "body": body.decode(errors="replace"),
        }
        answer = json.dumps(seen).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET  # noqa: N815  # the base class looks it up by this name


if __name__ == "__main__":
    signal(SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("0.0.0.0", 8000), Echo).serve_forever()  # noqa: S104  # a container
