# DEV-ONLY: never ship to production.
"""An asyncio protocol that speaks TLS on a transport, around a protocol that speaks plain text.

asyncio itself needs `ssl`, which the image lacks. Here the record layer works on memory: received
bytes are written to one buffer of OpenSSL, and bytes to send are read from the other.
"""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from bounded_http.rejections import Rejection
from OpenSSL import SSL
from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.tls.failures import describe_failure
from token_issuer.tls.transport import TlsTransport, end_sending

DEFAULT_HANDSHAKE_S: Final = 10.0
MAX_HANDSHAKE_BYTES: Final = 256 * 1024
"""More than one read of a transport, in which data may follow the handshake."""

MAX_UNREAD_BYTES: Final = 4 << 20
"""How many bytes may wait for a client whose own data demands responses of the record layer."""

_CHUNK_BYTES: Final = 1 << 16
_HANDSHAKE_RECORD: Final = 0x16
_PLAIN_ON_TLS_PORT: Final = Rejection(
    HTTPStatus.BAD_REQUEST, "this port speaks TLS: use a URL that starts with https:"
)
_DEV_ONLY: Final = (HEADER_NAME.encode(), HEADER_VALUE.encode())

logger = logging.getLogger(__name__)


class TlsProtocol(asyncio.Protocol):
    """The server side of one TLS connection.

    The inner protocol is created once the handshake is complete. It has the life of an ordinary
    protocol on a transport of its own. `eof_received` also reports a client that ends the
    connection without the alert of TLS, as many do.

    Attributes:
        raw: The transport that carries TLS.
        is_closing: Whether nothing more is delivered to the inner protocol.
        is_reading: Whether the inner protocol wants data.
    """

    def __init__(
        self,
        context: SSL.Context,
        inner_factory: Callable[[], asyncio.Protocol],
        *,
        handshake_s: float = DEFAULT_HANDSHAKE_S,
        pending: "set[TlsProtocol] | None" = None,
    ) -> None:
        """Prepare a connection.

        Args:
            context: The settings of the server.
            inner_factory: Creates the inner protocol.
            handshake_s: How long the handshake may take, in seconds.
            pending: Contains this protocol while it is connected and has no inner protocol.
        """
        self.is_closing = False
        self.is_reading = True
        self.raw: asyncio.Transport
        self._context = context
        self._inner_factory = inner_factory
        self._inner: asyncio.Protocol | None = None
        self._handshake_s = handshake_s
        self._handshake_bytes = 0
        self._pending = set[TlsProtocol]() if pending is None else pending
        self._connection = SSL.Connection(context, None)
        self._is_write_paused = False
        self._is_ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake of the client."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # for mypy
        self.raw = transport
        self._loop = asyncio.get_running_loop()
        self._connection.set_accept_state()
        self._pending.add(self)
        self._timer = self._loop.call_later(self._handshake_s, self._time_out)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the inner protocol."""
        self.is_closing = True
        self._end_handshake()
        if self._inner is not None:
            self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Decrypt data, or go on with the handshake."""
        if self.is_closing:
            return
        if not self._handshake_bytes and data[0] != _HANDSHAKE_RECORD:
            self._refuse_plain_text()
            return
        self._connection.bio_write(data)
        if self._inner is None:
            self._handshake_bytes += len(data)
            self._shake_hands()
        else:
            self._deliver()

    def eof_received(self) -> bool | None:
        """Tell the inner protocol that no more data comes."""
        if self._inner is None or self.is_closing or self._is_ended:
            return self._inner is not None and not self.is_closing
        self._is_ended = True
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        """Pause the inner protocol."""
        self._is_write_paused = True
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Resume the inner protocol."""
        self._is_write_paused = False
        if self._inner is not None:
            self._inner.resume_writing()

    def send(self, data: bytes) -> None:
        """Encrypt and send *data*."""
        try:
            self._connection.sendall(data)
        except SSL.Error as error:
            self._fail(error)
        else:
            self._flush()

    def end(self) -> None:
        """Send the alert that ends what this side sends."""
        try:
            self._connection.shutdown()
        except SSL.Error as error:
            logger.debug("TLS: cannot end the connection: %s", describe_failure(error))
        self._flush()

    def close(self) -> None:
        """Close the connection once everything is sent."""
        if not self.is_closing:
            self.is_closing = True
            self.end()
            self.raw.close()

    def resume_reading(self) -> None:
        """Deliver the data that has arrived, and read on."""
        self.is_reading = True
        self.raw.resume_reading()
        self._loop.call_soon(self._deliver)

    def _shake_hands(self) -> None:
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            self._flush()
            if self._handshake_bytes > MAX_HANDSHAKE_BYTES:
                self._refuse("the handshake is too large")
        except SSL.Error as error:
            self._flush()
            self._refuse(describe_failure(error))
        else:
            self._flush()
            self._start_inner()
            self._deliver()

    def _start_inner(self) -> None:
        self._end_handshake()
        self._inner = self._inner_factory()
        self._inner.connection_made(TlsTransport(self, self._context))
        if self._is_write_paused:
            self._inner.pause_writing()

    def _deliver(self) -> None:
        """Decrypt what has arrived, and pass it to the inner protocol while it wants data."""
        inner = self._inner
        assert inner is not None  # noqa: S101  # for mypy
        try:
            while self.is_reading and not self.is_closing:
                inner.data_received(self._connection.recv(_CHUNK_BYTES))
        except SSL.WantReadError:
            self._flush()
            if self._is_write_paused and self.raw.get_write_buffer_size() > MAX_UNREAD_BYTES:
                self.raw.abort()
        except SSL.ZeroReturnError:
            if not self.eof_received():
                self.close()
        except SSL.Error as error:
            self._fail(error)

    def _flush(self) -> None:
        """Send what OpenSSL has written."""
        try:
            while data := self._connection.bio_read(_CHUNK_BYTES):
                self.raw.write(data)
                if len(data) < _CHUNK_BYTES:
                    return
        except SSL.WantReadError:
            return

    def _fail(self, error: SSL.Error) -> None:
        """Close a connection whose records are not valid."""
        logger.warning("TLS: closed a connection: %s", describe_failure(error))
        self.is_closing = True
        self._flush()  # the alert
        self.raw.close()

    def _refuse(self, reason: str) -> None:
        logger.warning("TLS: the handshake of a client failed: %s", reason)
        self._hang_up()

    def _refuse_plain_text(self) -> None:
        rejection = _PLAIN_ON_TLS_PORT
        logger.warning("rejected a request: %d, %s", rejection.status, rejection.detail)
        self.raw.write(rejection.encode((_DEV_ONLY,)))
        self._hang_up()

    def _hang_up(self) -> None:
        """End what this side sends; discard what arrives until the client or the time ends it.

        Data that is unread when a socket is closed resets the connection, and the client may lose
        the reason.
        """
        self.is_closing = True
        end_sending(self.raw)

    def _time_out(self) -> None:
        if not self.is_closing:
            logger.info("TLS: a client did not complete its handshake in %g s", self._handshake_s)
        self.raw.abort()

    def _end_handshake(self) -> None:
        self._timer.cancel()
        self._pending.discard(self)
