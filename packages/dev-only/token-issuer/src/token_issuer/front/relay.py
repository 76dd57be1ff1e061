# DEV-ONLY: never ship to production.
"""Two connections whose bytes go from one to the other, with back-pressure and half-close."""

import asyncio
import socket
import struct
from typing import Final

from token_issuer.tls.transport import end_sending

IDLE_S: Final = 300.0
"""Time after which a relay without traffic ends; longer than the issuer keeps a connection."""

_RESET_AT_CLOSE: Final = struct.pack("ii", 1, 0)


class Relay:
    """A client and a server that receive the bytes of each other.

    Bytes that arrive before the other end is connected are kept; an end whose other end is not
    connected, or cannot send fast enough, is not read.

    Attributes:
        client: The protocol of the connection to the client.
        server: The protocol of the connection to the server.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, idle_s: float = IDLE_S) -> None:
        self.client = RelayEnd(self)
        self.server = RelayEnd(self)
        self.client.other, self.server.other = self.server, self.client
        self._loop = loop
        self._idle_s = idle_s
        self._used_at = loop.time()
        self._timer = loop.call_later(idle_s, self._check_idle)

    def note_use(self) -> None:
        """Let the idle time start again."""
        self._used_at = self._loop.time()

    def abort(self) -> None:
        """Close both connections at once."""
        self._timer.cancel()
        for end in (self.client, self.server):
            end.abort()

    def end(self) -> None:
        """Stop the timer once both connections are closed."""
        if self.client.is_closed and self.server.is_closed:
            self._timer.cancel()

    def _check_idle(self) -> None:
        rest_s = self._used_at + self._idle_s - self._loop.time()
        if rest_s <= 0:
            self.abort()
        else:
            self._timer = self._loop.call_later(rest_s, self._check_idle)


class RelayEnd(asyncio.Protocol):
    """The protocol of one of the two connections of a relay."""

    other: "RelayEnd"

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._transport: asyncio.Transport | None = None
        self._backlog = bytearray()
        self._has_sent_eof = False
        self._has_received_eof = False
        self.is_closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send what the other end has received, and let it be read."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # for the type checker
        self._transport = transport
        if self.is_closed:
            transport.abort()
            return
        if self.other._transport is None:
            transport.pause_reading()
        else:
            self.other._transport.resume_reading()
        if self._backlog:
            transport.write(self._backlog)
            self._backlog = bytearray()
        if self._has_sent_eof:
            self._finish()

    def data_received(self, data: bytes) -> None:
        """Send *data* to the other end."""
        self._relay.note_use()
        self.other._send(data)

    def eof_received(self) -> bool:
        """Pass on that this end sends no more; it still receives."""
        self._has_received_eof = True
        self.other._send_eof()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """Close the other end; after an error by a reset, so that a part does not look whole."""
        self.is_closed = True
        if error is None:
            self.other.close()
        else:
            self.other.reset()
        self._relay.end()

    def pause_writing(self) -> None:
        """Do not read the other end while this one cannot send."""
        if self.other._transport is not None:
            self.other._transport.pause_reading()

    def resume_writing(self) -> None:
        """Read the other end again."""
        if self.other._transport is not None:
            self.other._transport.resume_reading()

    def close(self) -> None:
        """Close this connection when all data is sent."""
        if self._transport is None:
            self.is_closed = True
        else:
            self._transport.close()

    def abort(self) -> None:
        """Close this connection at once."""
        if self._transport is None:
            self.is_closed = True
        else:
            self._transport.abort()

    def reset(self) -> None:
        """Close this connection at once, by a reset; one that is closed has no socket."""
        if self._transport is not None and not self.is_closed:
            self._transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE
            )
        self.abort()

    def _send(self, data: bytes) -> None:
        if self._transport is None:
            self._backlog += data
        else:
            self._transport.write(data)

    def _send_eof(self) -> None:
        self._has_sent_eof = True
        if self._transport is not None:
            self._finish()

    def _finish(self) -> None:
        """Say that no more follows; close the connection if this end has said so as well."""
        transport = self._transport
        assert transport is not None  # noqa: S101  # for the type checker
        if transport.can_write_eof() and not self._has_received_eof:
            end_sending(transport)
            return
        transport.close()
        if self._has_received_eof:
            self.other.close()
