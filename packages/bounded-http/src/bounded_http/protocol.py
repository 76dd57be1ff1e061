"""uvicorn's HTTP protocol with limits, strict framing, and declined offers to upgrade."""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from bounded_http.close_delimited import CloseDelimitedApp
from bounded_http.limits import Limits
from bounded_http.reading import RequestReader
from bounded_http.rejections import Field, Rejection
from bounded_http.stage import Stage


class BoundedProtocol(RequestReader):
    """Protocol of one connection, for `uvicorn.Config(http=...)`.

    >>> from functools import partial
    >>> async def app(scope, receive, send): ...
    >>> protocol = partial(BoundedProtocol, Limits(keep_alive_s=120))
    >>> config = uvicorn.Config(app, http=protocol, ws="none")

    A subclass may answer requests itself: it overrides `start_request`, `receive_body`,
    `complete_request` and `abandon_request`.

    Attributes:
        is_stopping: Whether the connection ends after the request that is being read.
    """

    def __init__(self, limits: Limits, **rest: Any) -> None:
        """Create the protocol of a connection.

        Args:
            limits: The limits of the connection.
            rest: The arguments of uvicorn's protocol.
        """
        super().__init__(limits, **rest)
        self.is_stopping = False

    def connection_made(self, transport: Any) -> None:
        """Start to limit how long the connection is idle."""
        super().connection_made(transport)
        self.deadlines.start_idling()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the connection."""
        self.deadlines.stop()
        self.unfed = b""
        super().connection_lost(exc)

    def eof_received(self) -> bool | None:  # type: ignore[override]  # uvicorn returns nothing
        """Complete the responses to complete requests of a client that has closed its side."""
        own = self.own_cycle
        is_cut_off = own is not None and not own.response_complete and self.rejection is None
        if is_cut_off or not self.is_busy:
            return None
        self.is_half_closed = True
        self.deadlines.start_half_close()
        return True

    def pause_writing(self) -> None:
        """Start to limit how long the client leaves the response unread."""
        super().pause_writing()
        self.deadlines.start_waiting_for_reader()

    def shutdown(self) -> None:
        """Close the connection when the server stops, but complete the requests in progress."""
        self.is_stopping = True
        if self.rejection is not None:
            return
        if self.is_responding:
            self.cycle.keep_alive = False
        elif not self.stage:
            self.transport.close()

    def start_request(self) -> None:
        """Pass the head of a request to the application."""
        super().start_request()
        cycle: Any = self.cycle
        cycle.transport = _GentlyClosedTransport(self.transport, self.close)
        if self.is_stopping:
            cycle.keep_alive = False

    def complete_request(self) -> None:
        """Complete a request, and end a connection from which the parser reads no more.

        The parser also obeys a `Connection: close` in a trailer.
        """
        cycle = self.cycle
        if cycle.keep_alive and not self.parser.should_keep_alive():
            cycle.keep_alive = False
            if cycle.response_complete:
                self.close()
        super().complete_request()

    def close(self) -> None:
        """Close the connection after the client has been able to read the response.

        Data that is unread when a socket is closed resets the connection, and the client may lose
        the response. Therefore data from a client that still sends is discarded for `LINGER_S`.

        Spec: RFC 9112 §9.6
        """
        is_sending = self.stage or self.unfed or self.pipeline or self.rejection is not None
        if is_sending and self.transport.can_write_eof() and not self.is_half_closed:
            self.is_lingering = True
            self.unfed = b""
            self.pipeline.clear()
            self.transport.write_eof()
            self.flow.release()
            self.flow.resume_reading()
            self.deadlines.start_lingering()
        else:
            self.transport.close()

    def abandon_request(self) -> None:
        """Discard the request that is being read, because it is rejected."""
        self.stage = Stage.NONE

    def on_response_complete(self) -> None:
        """Continue with the next request, or wait for one."""
        self.server_state.total_requests += 1
        if self.transport.is_closing() or self.is_lingering:
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self.rejection is not None:
            self._send_rejection(self.rejection)
            return
        if self.unfed and not self.pipeline:
            self.loop.call_soon(self._go_on)
        elif self.is_half_closed and not self.is_busy:
            self.transport.close()
        elif not self.pipeline:
            self.flow.resume_reading()
            self.deadlines.start_idling()

    def _go_on(self) -> None:
        if not self.transport.is_closing():
            self.feed_rest()
            if not self.is_busy:
                self.deadlines.start_idling()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if cycle.scope["http_version"] == "1.0":
            app = CloseDelimitedApp(app, cycle)
        if self.is_half_closed:
            self.deadlines.start_half_close()
        super()._start_asgi_task(cycle, app)

    def reject(self, rejection: Rejection) -> None:
        """Respond to the request that is being read, after the responses to earlier requests."""
        self.rejection = rejection
        self.unfed = b""
        self.logger.warning("rejected a request: %d, %s", rejection.status, rejection.detail)
        own = self.own_cycle
        if own is not None and not own.response_complete:
            if own.response_started:
                self.transport.close()  # the client detects that the response is truncated
                return
            own.disconnected = True
            own.message_event.set()
            if self.pipeline:
                self.pipeline.popleft()
                return
        elif self.is_busy:
            return
        self._send_rejection(rejection)

    def build_rejection_fields(self) -> tuple[Field, ...]:
        """Return further header fields for responses to rejected requests."""
        return ()

    def _send_rejection(self, rejection: Rejection) -> None:
        """Send the response, and close the connection."""
        self.abandon_request()
        self.transport.write(rejection.encode(self.build_rejection_fields()))
        self.close()


class _GentlyClosedTransport:
    """Transport for the response to a request, whose `close` is that of the protocol."""

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close
