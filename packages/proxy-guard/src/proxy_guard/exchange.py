"""HTTP GET requests to an untrusted server, limited in time and size.

Proxies from the environment, cookies and credentials are not used. TLS certificates are verified
with Python's default trust store, which `SSL_CERT_FILE` can replace.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import zlib
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BODY_BYTES: Final = 512 * 1024
"""Limit of a body as received and as decompressed. The JWKS client of jwt_core has the same."""

_CHUNK_BYTES: Final = 16 * 1024
_PRINTABLE: Final = "".join(map(chr, range(0x21, 0x7F)))
_HEADERS: Final = {
    "Accept": "application/json, application/jwk-set+json, */*;q=0.1",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "proxy-guard",
}


class Response:
    """A response of the server.

    Attributes:
        status: The status code.
        header_names: The names of the header fields, in lower case.
        locations: The `Location` header fields.
        body: At most `MAX_BODY_BYTES` bytes, decompressed.
        fault: The reason that the body is incomplete; empty if the body is complete.
    """

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.header_names = frozenset(name.lower() for name in response.headers)
        self.locations = [_decode(value) for value in response.headers.get_all("Location", [])]
        self.body = b""
        self.fault = ""


class Exchange:
    """A GET request that ends at a deadline.

    Args:
        deadline: The end, in seconds of `time.monotonic()`.
    """

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._socket: socket.socket | None = None

    def get(self, uri: str, on_head: Callable[[Response], None]) -> Response:
        """Fetch *uri*, and call *on_head* before the body is read.

        Raises:
            OSError: the connection fails, the certificate is not trusted, or time runs out.
            http.client.HTTPException: the response is not HTTP.
            ValueError: the URI cannot be fetched.
        """
        parts = urlsplit(uri)
        connection = self._connect(parts.scheme, parts.hostname or "", parts.port)
        try:
            target = quote(
                (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_PRINTABLE
            )
            connection.request("GET", target, headers=_HEADERS)
            self._socket = connection.sock
            return self._receive(connection, on_head)
        finally:
            connection.close()

    def abort(self) -> None:
        """End the exchange from another thread."""
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended already

    def _connect(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(
                host, port, timeout=self._get_remaining(), context=context
            )
        return http.client.HTTPConnection(host, port, timeout=self._get_remaining())

    def _receive(
        self, connection: http.client.HTTPConnection, on_head: Callable[[Response], None]
    ) -> Response:
        with connection.getresponse() as stream:
            response = Response(stream)
            on_head(response)
            body = bytearray()
            try:
                while len(body) <= MAX_BODY_BYTES and (chunk := self._read(stream)):
                    body += chunk
                is_cut = bool(stream.length)
            except (OSError, http.client.HTTPException):
                is_cut = True
        if is_cut:
            response.fault = "its response was cut off or took too long"
        response.body, is_whole = _decompress(bytes(body))
        if not is_whole:
            response.fault = f"its response is larger than {MAX_BODY_BYTES // 1024} KiB"
        return response

    def _read(self, stream: http.client.HTTPResponse) -> bytes:
        if self._socket is not None:
            self._socket.settimeout(self._get_remaining())
        return stream.read1(_CHUNK_BYTES)

    def _get_remaining(self) -> float:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining


def _decompress(body: bytes) -> tuple[bytes, bool]:
    """Decompress gzip or zlib by content, and return whether the result fits `MAX_BODY_BYTES`."""
    is_compressed = body.startswith((
        b"\x1f\x8b",
        b"\x78\x01",
        b"\x78\x5e",
        b"\x78\x9c",
        b"\x78\xda",
    ))
    if is_compressed and len(body) <= MAX_BODY_BYTES:
        try:
            body = zlib.decompressobj(wbits=47).decompress(body, MAX_BODY_BYTES + 1)
        except zlib.error:
            return body, True
    return body[:MAX_BODY_BYTES], len(body) <= MAX_BODY_BYTES


def _decode(value: str) -> str:
    return value.encode("latin-1", "replace").decode("utf-8", "replace")
