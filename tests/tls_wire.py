"""A TLS connection in memory: a server under test, and a client of the standard library."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class RawTransport(asyncio.Transport):
    """The transport under TLS: it keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.sent = bytearray()
        self.unsent_bytes = 0
        self.calls: list[str] = []
        self.ended = asyncio.Event()

    def write(self, data: Any) -> None:
        self.sent += data

    def get_write_buffer_size(self) -> int:
        return self.unsent_bytes

    def write_eof(self) -> None:
        self.calls.append("write_eof")

    def close(self) -> None:
        self.calls.append("close")

    def abort(self) -> None:
        self.calls.append("abort")
        self.ended.set()

    def pause_reading(self) -> None:
        self.calls.append("pause_reading")

    def resume_reading(self) -> None:
        self.calls.append("resume_reading")


class Inner(asyncio.Protocol):
    """The protocol inside TLS: it keeps what happens to it."""

    def __init__(self, on_data: Callable[["Inner"], object] = lambda _inner: None) -> None:
        self.events: list[str] = []
        self.received = bytearray()
        self.transport: Any = None
        self.keeps_open = False
        self._on_data = on_data

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.events.append("made")

    def data_received(self, data: bytes) -> None:
        self.received += data
        self._on_data(self)

    def eof_received(self) -> bool:
        self.events.append("eof")
        return self.keeps_open

    def connection_lost(self, exc: Exception | None) -> None:
        self.events.append("lost")

    def pause_writing(self) -> None:
        self.events.append("pause")

    def resume_writing(self) -> None:
        self.events.append("resume")


class Wire:
    """A client and a server, and the bytes between them.

    Attributes:
        protocol: The server.
        inner: The protocol that *protocol* creates inside TLS.
        raw: The transport of the server.
        client: The client.
    """

    def __init__(
        self, protocol: asyncio.Protocol, inner: Inner, client: ssl.SSLContext, name: str
    ) -> None:
        """Connect a client that expects a server of this *name*."""
        self.protocol = protocol
        self.inner = inner
        self.raw = RawTransport()
        self._from_server, self._to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = client.wrap_bio(self._from_server, self._to_server, server_hostname=name)
        protocol.connection_made(self.raw)

    def pass_to_server(self, size: int | None = None) -> None:
        """Deliver what the client has sent, in pieces of *size* bytes."""
        data = self._to_server.read()
        for start in range(0, len(data), size or len(data) or 1):
            self.protocol.data_received(data[start : start + (size or len(data))])

    def pass_to_client(self) -> None:
        """Deliver what the server has sent."""
        self._from_server.write(bytes(self.raw.sent))
        self.raw.sent.clear()

    def shake_hands(self, size: int | None = None) -> None:
        """Complete the handshake."""
        for _ in range(2):
            with suppress(ssl.SSLWantReadError):
                self.client.do_handshake()
            self.pass_to_server(size)
            self.pass_to_client()

    def read(self) -> bytes:
        """Return what the client can decrypt."""
        self.pass_to_client()
        data = bytearray()
        with suppress(ssl.SSLWantReadError):
            while part := self.client.read(1 << 16):
                data += part
        return bytes(data)
