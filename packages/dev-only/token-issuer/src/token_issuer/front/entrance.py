# DEV-ONLY: never ship to production.
"""The first protocol of a connection: it limits clients, and passes bytes to the next protocol."""

import asyncio
from http import HTTPStatus
from typing import Final

from token_issuer.front.addresses import is_public_address
from token_issuer.front.errors import ProxyRequestError
from token_issuer.front.heads import render_refusal
from token_issuer.front.relay import Relay
from token_issuer.tls.transport import end_sending

MAX_CONNECTIONS: Final = 256
"""Connections at a time; a client with more gets 503."""

SETUP_S: Final = 20.0
"""Time for the request head, the handshake and the connection to the server together."""

LINGER_S: Final = 2.0
"""Time for the client to read a refusal. Closing at once could reset the connection before."""


class Entrance(asyncio.Protocol):
    """The protocol of a connection until another one takes it over.

    Subclasses start with `begin`, and hand the connection over to a relay.
    """

    def __init__(self, connections: "set[Entrance]") -> None:
        self.transport: asyncio.Transport
        self.loop = asyncio.get_running_loop()
        self._connections = connections
        self._next: asyncio.Protocol | None = None
        self._relay: Relay | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Check the address of the client and the number of connections."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # for the type checker
        self.transport = transport
        self._timer = self.loop.call_later(SETUP_S, self._time_out)
        peer = transport.get_extra_info("peername")  # None if it has disconnected already
        if peer is not None and is_public_address(peer[0]):
            message = "only clients of this machine and of private networks are accepted"
            self.refuse(ProxyRequestError(HTTPStatus.FORBIDDEN, message))
        elif len(self._connections) >= MAX_CONNECTIONS:
            message = f"more than {MAX_CONNECTIONS} connections: close some, and try again"
            self.refuse(ProxyRequestError(HTTPStatus.SERVICE_UNAVAILABLE, message))
        else:
            self.begin()
        self._connections.add(self)

    def begin(self) -> None:
        """Start with an accepted connection."""

    def receive(self, data: bytes) -> None:
        """Receive bytes while no other protocol has taken over."""

    def data_received(self, data: bytes) -> None:
        """Pass *data* on; discard it after a refusal."""
        if self._next is not None:
            self._next.data_received(data)
        elif not self._is_refused:
            self.receive(data)

    def eof_received(self) -> bool | None:
        """Pass on that the client sends no more; close a connection without a server."""
        return None if self._next is None else self._next.eof_received()

    def pause_writing(self) -> None:
        """Pass on that the client reads too slowly."""
        if self._next is not None:
            self._next.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that the client reads again."""
        if self._next is not None:
            self._next.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """End everything that belongs to the connection."""
        self._connections.discard(self)
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
        if self._next is not None:
            self._next.connection_lost(exc)
        if self._relay is not None and not self._relay.client.is_closed:
            self._relay.abort()  # the handshake was not completed

    def start_relay(self) -> Relay:
        """Return a relay that ends with this connection."""
        self._relay = Relay(self.loop)
        return self._relay

    def hand_over(self, protocol: asyncio.Protocol, rest: bytes = b"") -> None:
        """Let *protocol* take over, and receive *rest* first."""
        self._next = protocol
        protocol.connection_made(self.transport)
        if rest:
            protocol.data_received(rest)

    def complete(self) -> None:
        """Stop the timer: the server is connected."""
        self._timer.cancel()

    def run(self, task: "asyncio.Task[None]") -> None:
        """Keep a task that ends with this connection."""
        self._task = task

    def refuse(self, error: ProxyRequestError) -> None:
        """Send a refusal, and close the connection soon after."""
        self._is_refused = True
        self._timer.cancel()
        self.transport.write(render_refusal(error))
        end_sending(self.transport)
        self._timer = self.loop.call_later(LINGER_S, self.transport.abort)

    def _time_out(self) -> None:
        if self._next is None and self._task is None:
            message = "the request did not arrive in time: send it without a pause"
            self.refuse(ProxyRequestError(HTTPStatus.REQUEST_TIMEOUT, message))
        else:
            self.transport.abort()
