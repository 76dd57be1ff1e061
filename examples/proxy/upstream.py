"""A service to put behind the proxy: it responds with the request that it received, as JSON.

Standard library only. Listens on port 8000 of all addresses.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from signal import SIGTERM, signal


class Echo(BaseHTTPRequestHandler):
    """Respond to any GET or POST."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send the method, target, headers and body of the request."""
        body = read_body(self)
        received = {
            "method": self.command,
            "target": self.path,
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
            "body": body.decode(errors="replace"),
        }
        content = json.dumps(received).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815  # the base class looks it up by this name


def read_body(request: BaseHTTPRequestHandler) -> bytes:
    """Return the body of *request*, chunked or not."""
    if request.headers.get("Transfer-Encoding") != "chunked":
        return request.rfile.read(int(request.headers.get("Content-Length", 0)))
    body = b""
    while size := int(request.rfile.readline(), 16):
        body += request.rfile.read(size)
        request.rfile.readline()
    request.rfile.readline()
    return body


if __name__ == "__main__":
    signal(SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("0.0.0.0", 8000), Echo).serve_forever()  # noqa: S104  # a container
