"""TLS terminator on port 443 for one HTTP service: `tls_terminator.py UPSTREAM_URL PEM_FILE`."""

import ssl
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

UPSTREAM, PEM = sys.argv[1:]


class Forwarder(BaseHTTPRequestHandler):
    """Forwards the path of each GET request to the upstream, and returns its response."""

    def do_GET(self) -> None:
        try:
            answer = urllib.request.urlopen(f"{UPSTREAM}{self.path}", timeout=10)  # noqa: S310  # http, from the test
        except urllib.error.HTTPError as error:
            answer = error
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("", 443), Forwarder)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(PEM)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
