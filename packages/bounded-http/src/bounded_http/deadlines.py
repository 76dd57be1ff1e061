"""Time limits of one connection, and the reaction when one of them is exceeded."""

import asyncio
from collections.abc import Sized
from typing import Final, Protocol

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from bounded_http.limits import Limits
from bounded_http.rejections import BODY_TIMEOUT, HEADER_TIMEOUT, Rejection
from bounded_http.stage import Stage
from bounded_http.watchdog import Watchdog

LINGER_S: Final = 2.0
"""How long data is discarded after the last response, so that the client can read the response."""

DISCARD_S: Final = 5.0
"""How long the rest of a body is discarded after the response to its request."""


class Connection(Protocol):
    """The parts of a connection that its time limits depend on; see `RequestReader`."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    cycle: RequestResponseCycle
    limits: Limits
    stage: Stage
    unfed: bytes
    is_half_closed: bool

    @property
    def flow(self) -> FlowControl:
        """The state of reading and writing."""

    @property
    def pipeline(self) -> Sized:
        """Requests that wait for their turn."""

    @property
    def is_busy(self) -> bool:
        """Whether a response is in progress, or requests wait for their turn."""

    @property
    def own_cycle(self) -> RequestResponseCycle | None:
        """The cycle of the request whose body is being read."""

    def reject(self, rejection: Rejection) -> None:
        """Reject the request that is being read."""


class Deadlines:
    """The time limits of a connection.

    Attributes:
        body_bytes: Bytes of the body since the last check of its pace.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._limits = connection.limits
        self._loop = connection.loop
        self._watchdog = Watchdog(self._loop, self._check)
        self._idle_until = 0.0
        self._read_until: float | None = None
        self._write_until = 0.0
        self._half_close_until = 0.0
        self._unsent_bytes = 0
        self._linger_until: float | None = None
        self.body_bytes = 0

    def stop(self) -> None:
        """End all time limits, because the connection is lost."""
        self._watchdog.stop()

    def start_idling(self) -> None:
        """Limit the time until the next request, or until the rest of a body is discarded."""
        now = self._loop.time()
        self._idle_until = now + self._limits.keep_alive_s
        self._watchdog.wake_at(self._idle_until)
        if self._connection.stage is Stage.BODY:
            self._read_until = now + DISCARD_S
            self._watchdog.wake_at(self._read_until)

    def start_reading(self) -> None:
        """Limit the time for the rest of a header section, or the pace of a body."""
        if self._read_until is None:
            self._read_until = self._loop.time() + self._limits.request_s
            self._watchdog.wake_at(self._read_until)

    def start_body(self) -> None:
        """End the time limit of the header section."""
        self._read_until = None
        self.body_bytes = 0

    def end_reading(self) -> None:
        """End the limits of the request."""
        self._read_until = None

    def start_waiting_for_reader(self) -> None:
        """Limit how long the client may leave a response unread."""
        self._unsent_bytes = self._connection.transport.get_write_buffer_size()
        self._write_until = self._loop.time() + self._limits.response_s
        self._watchdog.wake_at(self._write_until)

    def start_half_close(self) -> None:
        """Limit the time until a response starts, after the client has closed its side."""
        self._half_close_until = self._loop.time() + self._limits.half_close_s
        self._watchdog.wake_at(self._half_close_until)

    def start_lingering(self) -> None:
        """Limit how long data is discarded after the last response has been sent."""
        self.start_waiting_for_reader()
        self._linger_until = self._loop.time() + LINGER_S
        self._watchdog.wake_at(self._linger_until)

    def _check(self) -> None:
        connection, now = self._connection, self._loop.time()
        if self._linger_until is not None:
            self._check_lingering(now, self._linger_until)
        elif connection.transport.is_closing() or connection.flow.write_paused:
            self._check_reader(now)
        elif self._read_until is not None:
            self._check_request(now, self._read_until)
        elif connection.is_busy:
            self._check_half_close(now)
        elif now < self._idle_until:
            self._watchdog.wake_at(self._idle_until)
        else:
            self._close()

    def _check_lingering(self, now: float, deadline: float) -> None:
        if self._connection.transport.get_write_buffer_size():
            self._linger_until = deadline = now + LINGER_S
            self._check_reader(now)
        if now < deadline:
            self._watchdog.wake_at(deadline)
        else:
            self._connection.transport.abort()

    def _check_reader(self, now: float) -> None:
        if now >= self._write_until:
            size = self._connection.transport.get_write_buffer_size()
            if size >= self._unsent_bytes:
                self._connection.transport.abort()
                return
            self._unsent_bytes = size
            self._write_until = now + self._limits.response_s
        self._watchdog.wake_at(self._write_until)

    def _check_request(self, now: float, deadline: float) -> None:
        connection = self._connection
        if now < deadline:
            self._watchdog.wake_at(deadline)
        elif self._is_client_in_time():
            self.body_bytes = 0
            self._read_until = now + self._limits.request_s
            self._watchdog.wake_at(self._read_until)
        elif connection.stage is Stage.HEAD:
            connection.reject(HEADER_TIMEOUT)
        elif connection.stage is Stage.BODY and not self._is_answered():
            connection.reject(BODY_TIMEOUT)
        else:  # the rest of a body after its response, or only empty lines
            self._close()

    def _is_client_in_time(self) -> bool:
        """Return whether the client sends fast enough, or waits for the server."""
        connection = self._connection
        if connection.flow.read_paused or connection.pipeline or connection.unfed:
            return True
        if connection.stage is not Stage.BODY or self._is_answered():
            return False
        own = connection.own_cycle
        if own is not None and (own.waiting_for_100_continue or own.response_started):
            return True
        return self.body_bytes >= self._limits.body_bytes_per_s * self._limits.request_s

    def _is_answered(self) -> bool:
        own = self._connection.own_cycle
        return own is not None and own.response_complete

    def _check_half_close(self, now: float) -> None:
        connection = self._connection
        if not connection.is_half_closed or connection.cycle.response_started:
            return
        if now >= self._half_close_until and not connection.pipeline:
            self._close()
        else:
            self._watchdog.wake_at(max(self._half_close_until, now + self._limits.half_close_s))

    def _close(self) -> None:
        transport = self._connection.transport
        transport.close()
        if transport.get_write_buffer_size():
            self.start_waiting_for_reader()
