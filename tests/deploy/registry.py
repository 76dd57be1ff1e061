"""In-memory registry with the part of the OCI distribution API that push and pull need."""

import hashlib
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from examples.proxy.upstream import read_body


def compute_digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Handler(BaseHTTPRequestHandler):
    """Handles requests; stores pushed content in the attributes of the server."""

    protocol_version = "HTTP/1.1"
    server: "Registry"

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self) -> None:
        reference = self.path.rsplit("/", 1)[-1]
        if self.path == "/v2/":
            self.answer(200)
        elif reference in self.server.blobs:
            self.answer(200, self.server.blobs[reference], Docker_Content_Digest=reference)
        elif reference in self.server.manifests:
            kind, manifest = self.server.manifests[reference]
            digest = compute_digest(manifest)
            self.answer(200, manifest, Content_Type=kind, Docker_Content_Digest=digest)
        else:
            self.answer(404)

    do_HEAD = do_GET  # noqa: N815  # the base class looks it up by this name

    def do_POST(self) -> None:
        read_body(self)
        self.answer(202, Location=f"{self.path}{uuid.uuid4()}")

    def do_PATCH(self) -> None:
        received = self.server.uploads.get(self.path, b"") + read_body(self)
        self.server.uploads[self.path] = received
        self.answer(202, Location=self.path, Range=f"0-{len(received) - 1}")

    def do_PUT(self) -> None:
        body = read_body(self)
        path, _, query = self.path.partition("?")
        if "/manifests/" in path:
            digest = compute_digest(body)
            for reference in (digest, path.rsplit("/", 1)[-1]):
                self.server.manifests[reference] = (self.headers["Content-Type"], body)
        else:
            (digest,) = parse_qs(query)["digest"]
            self.server.blobs[digest] = self.server.uploads.pop(path, b"") + body
        self.answer(201, Docker_Content_Digest=digest)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Do not log."""


class Registry(ThreadingHTTPServer):
    """Server on a loopback address, to which engines connect without TLS."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server_address[1]}"
        self.uploads: dict[str, bytes] = {}
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, tuple[str, bytes]] = {}


@contextmanager
def run_registry() -> Iterator[Registry]:
    with Registry() as registry:
        thread = threading.Thread(target=registry.serve_forever)
        thread.start()
        try:
            yield registry
        finally:
            registry.shutdown()
            thread.join()
