"""In-memory HTTP connections to a server on virtual time, for synchronous clients.

The server is any asyncio protocol. Its loop runs while a client reads: a response that the server
delays by one second arrives after one virtual second, without a real wait.
"""

import asyncio
import http.client
import io
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.virtual_time.loop import VirtualLoop


class MemoryServer:
    """Server that accepts in-memory connections.

    Attributes:
        loop: The loop that runs the protocols.
        address: Address that the sockets of the server report.
    """

    def __init__(
        self, loop: VirtualLoop, address: tuple[str, int], accept: Callable[[], asyncio.Protocol]
    ) -> None:
        """Create a server; *accept* returns the protocol of each connection."""
        self.loop = loop
        self.address = address
        self._accept = accept

    def connect(self) -> "MemoryTransport":
        """Open a connection."""
        protocol = self._accept()
        transport = MemoryTransport(self.loop, protocol, self.address)
        protocol.connection_made(transport)
        return transport


class MemoryHandler(urllib.request.HTTPHandler):
    """URL handler that opens every http URL at one in-memory server."""

    def __init__(self, server: MemoryServer) -> None:
        super().__init__()
        self._server = server

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Send a request."""
        connect: Any = partial(_Connection, self._server)
        return self.do_open(connect, req)


class MemoryTransport(asyncio.Transport):
    """The server's end of a connection, with the sent data."""

    def __init__(
        self, loop: VirtualLoop, protocol: asyncio.Protocol, address: tuple[str, int]
    ) -> None:
        super().__init__({"socket": _ServerSocket(address)})
        self._loop = loop
        self._protocol = protocol
        self._sent = bytearray()
        self._is_closed = False
        self._changed = asyncio.Event()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send data to the client."""
        self._sent += data
        self._changed.set()

    def close(self) -> None:
        """Close the connection; the client can still read the sent data."""
        if not (self._is_closed or self._loop.is_closed()):
            self._is_closed = True
            self._changed.set()
            self._loop.call_soon(self._protocol.connection_lost, None)

    abort = close

    def is_closing(self) -> bool:
        """Return whether the connection is closed or about to be closed."""
        return self._is_closed

    def receive(self, data: bytes) -> None:
        """Pass data from the client to the protocol."""
        self._loop.call_soon(self._protocol.data_received, data)

    def read(self, size: int, timeout_s: float | None) -> bytes:
        """Run the server until it has sent data or closed, and return at most *size* bytes.

        Raises:
            TimeoutError: the server sent nothing in time.
        """
        if not self._sent:
            self._loop.run_until_complete(self._wait(timeout_s))
        data = bytes(self._sent[:size])
        del self._sent[:size]
        return data

    async def _wait(self, timeout_s: float | None) -> None:
        async with asyncio.timeout(timeout_s):
            while not (self._sent or self._is_closed):
                self._changed.clear()
                await self._changed.wait()


class _ServerSocket:
    """The part of the socket interface that a server needs."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address

    def getsockname(self) -> tuple[str, int]:
        return self._address

    def getpeername(self) -> tuple[str, int]:
        return "127.0.0.1", 0

    def setsockopt(self, *_: object) -> None:
        """Ignore the option."""


class _Connection(http.client.HTTPConnection):
    """The client's connection."""

    def __init__(self, server: MemoryServer, host: str, timeout: float | None) -> None:
        super().__init__(host, timeout=timeout)
        self._server = server

    def connect(self) -> None:
        sock: Any = _ClientSocket(self._server.connect(), self.timeout)
        self.sock = sock


class _ClientSocket:
    """The part of the socket interface that `http.client` needs."""

    def __init__(self, transport: MemoryTransport, timeout_s: float | None) -> None:
        self._transport = transport
        self._timeout_s = timeout_s

    def sendall(self, data: bytes) -> None:
        self._transport.receive(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Stream(self._transport, self._timeout_s))

    def close(self) -> None:
        """Do nothing, since the file from `makefile` closes the connection."""


class _Stream(io.RawIOBase):
    """Stream of the bytes that the server sends."""

    def __init__(self, transport: MemoryTransport, timeout_s: float | None) -> None:
        self._transport = transport
        self._timeout_s = timeout_s

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._transport.read(len(buffer), self._timeout_s)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._transport.close()
        super().close()
