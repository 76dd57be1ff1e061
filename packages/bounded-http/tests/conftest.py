"""Fixtures: one connection on virtual time, over a real pair of sockets."""

import asyncio
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from bounded_http.limits import Limits
from bounded_http.protocol import BoundedProtocol
from uvicorn.server import ServerState

from tests.virtual_time.clock import VirtualClock
from tests.virtual_time.loop import VirtualLoop

App = Callable[[Any, Any, Any], Any]
Request = dict[str, Any]


class Connection:
    """A connection to a server on virtual time.

    Attributes:
        requests: What the application received: the scope and the body of each request.
    """

    def __init__(self, limits: Limits, app: App | None = None) -> None:
        self.clock = VirtualClock()
        self.loop = VirtualLoop(self.clock)
        self.requests: list[Request] = []
        self.client, server = socket.socketpair()
        self.client.setblocking(False)
        self.state = ServerState()
        config = uvicorn.Config(
            app or self._answer, interface="asgi3", lifespan="off", ws="none", log_config=None
        )
        self.protocol = BoundedProtocol(
            limits, config=config, server_state=self.state, app_state={}, _loop=self.loop
        )
        self._run(self.loop.connect_accepted_socket(lambda: self.protocol, sock=server))

    def _run(self, action: Any) -> None:
        self.loop.run_until_complete(action)

    def send(self, data: bytes) -> None:
        """Send data, and let the server handle it without a wait."""
        view = memoryview(data)
        while view:
            try:
                view = view[self.client.send(view) :]
            except BlockingIOError:
                self.settle()
            except OSError:
                return
        self.settle()

    def settle(self) -> None:
        """Let the server handle all that it can without a wait."""
        for _ in range(20):
            self._run(asyncio.sleep(0))

    def wait(self, seconds: float) -> None:
        """Let virtual time pass."""
        self._run(asyncio.sleep(seconds))
        self.settle()

    def read(self) -> bytes:
        """Return what the server has sent; `<closed>` at its end if it closed the connection."""
        received = b""
        try:
            while data := self.client.recv(1 << 20):
                received += data
                self.settle()
        except BlockingIOError:
            return received
        return received + b"<closed>"

    @staticmethod
    def list_statuses(response: bytes) -> list[int]:
        """Return the status codes in *response*."""
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", response)]

    def close(self) -> None:
        self.client.close()
        if self.state.connections:
            self.protocol.transport.abort()
        if not self.loop.is_closed():
            self.loop.end()

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        request = {**scope, "body": b""}
        while (message := await receive())["type"] == "http.request":
            request["body"] += message["body"]
            if not message["more_body"]:
                break
        else:
            return
        self.requests.append(request)
        body = request["path"].encode()
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": body})


Connect = Callable[..., Connection]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Return a function that opens a connection with the given limits."""
    connections = []

    def open_connection(app: App | None = None, **limits: Any) -> Connection:
        connections.append(Connection(Limits(**limits), app))
        return connections[-1]

    yield open_connection
    for connection in connections:
        connection.close()
