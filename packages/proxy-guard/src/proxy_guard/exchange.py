"""One HTTP exchange with a server that is not trusted: bounded in time and size, judged nowhere.

Neither proxies of the environment, nor cookies, nor credentials take part; TLS is verified as
Python does by default, so `SSL_CERT_FILE` counts.
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

LARGEST_BODY: Final = 512 * 1024
"""In bytes, as received and as decompressed; the JWKS client of jwt_core takes no more either."""

_CHUNK: Final = 16 * 1024
_PRINTABLE: Final = "".join(map(chr, range(0x21, 0x7F)))
_HEADERS: Final = {
    "Accept": "application/json, application/jwk-set+json, */*;q=0.1",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "proxy-guard",
}


class Answer:
    """What a server said.

    Attributes:
        status: The status code.
        header_names: In lower case.
        locations: The `Location` header fields.
        body: At most `LARGEST_BODY` bytes, decompressed.
        fault: Why the body is not whole; empty when it is.
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
        deadline: In seconds of `time.monotonic()`.
    """

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._socket: socket.socket | None = None

    def get(self, uri: str, on_head: Callable[[Answer], None]) -> Answer:
        """Fetch *uri*; *on_head* is called before the body is read, which may take longer.

        Raises:
            OSError: no connection, no trust in its certificate, or no answer in time.
            http.client.HTTPException: the answer is not HTTP.
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
            answer = self._receive(connection, on_head)
        finally:
            connection.close()
        return answer

    def abort(self) -> None:
        """End the exchange from another thread."""
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it ended by itself

    def _connect(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(
                host, port, timeout=self._get_remaining(), context=context
            )
        return http.client.HTTPConnection(host, port, timeout=self._get_remaining())

    def _receive(
        self, connection: http.client.HTTPConnection, on_head: Callable[[Answer], None]
    ) -> Answer:
        with connection.getresponse() as response:
            answer = Answer(response)
            on_head(answer)
            body = bytearray()
            try:
                while len(body) <= LARGEST_BODY and (chunk := self._read(response)):
                    body += chunk
                is_cut = bool(response.length)
            except (OSError, http.client.HTTPException):
                is_cut = True
        if is_cut:
            answer.fault = "its answer broke off or took too long"
        answer.body, is_whole = _decompress(bytes(body))
        if not is_whole:
            answer.fault = f"its answer is larger than {LARGEST_BODY // 1024} KiB"
        return answer

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        if self._socket is not None:
            self._socket.settimeout(self._get_remaining())
        return response.read1(_CHUNK)

    def _get_remaining(self) -> float:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining


def _decompress(body: bytes) -> tuple[bytes, bool]:
    """Undo gzip or zlib, whatever the header says; tell whether it fits `LARGEST_BODY`."""
    is_compressed = body.startswith((
        b"\x1f\x8b",
        b"\x78\x01",
        b"\x78\x5e",
        b"\x78\x9c",
        b"\x78\xda",
    ))
    if is_compressed and len(body) <= LARGEST_BODY:
        try:
            body = zlib.decompressobj(wbits=47).decompress(body, LARGEST_BODY + 1)
        except zlib.error:
            return body, True
    return body[:LARGEST_BODY], len(body) <= LARGEST_BODY


def _decode(value: str) -> str:
    return value.encode("latin-1", "replace").decode("utf-8", "replace")
