"""Reading of requests: bounded parsing, checks of the head, and declined offers to upgrade."""

from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from bounded_http.deadlines import Deadlines
from bounded_http.flow import HeldFlow
from bounded_http.head import build_plain_head, check_head, measure_head, resolve_target
from bounded_http.limits import Limits
from bounded_http.rejections import (
    BAD_REQUEST,
    CONNECT_UNSUPPORTED,
    HEADER_TOO_LARGE,
    INVALID_TARGET,
    TLS_ON_PLAIN_PORT,
    TRAILER_TOO_LARGE,
    UNSUPPORTED_VERSION,
    URL_TOO_LONG,
    Rejection,
)
from bounded_http.stage import Stage

MAX_FED_BYTES: Final = 16 * 1024
"""Most bytes that the parser receives at once; a limit for the pipelined requests it parses."""

_CHUNK_BYTES: Final = 16
"""Length of a chunk's size and line ends that does not count as overhead."""

_HEAD: Final = Stage.HEAD  # faster to look up than a member of an enumeration

_BLANKS: Final = b" \t"
"""Blanks around a value, which do not belong to it (RFC 9110 §5.5)."""

_READABLE_VERSIONS: Final = frozenset({"0.0", "1.0", "1.1"})
"""Versions at which the parser does not stop; 0.0 until it has read the first."""

_TLS_HANDSHAKE: Final = b"\x16\x03"
"""First bytes of a TLS connection (RFC 8446 §5.1)."""


class RequestReader(HttpToolsProtocol):
    """Base of the protocol: feeds the parser, and handles its callbacks.

    Subclasses override `start_request`, `receive_body`, `complete_request` and `reject`.

    Attributes:
        limits: The limits of the connection.
        deadlines: Its time limits.
        stage: The part of a request that is being read.
        unfed: Data that has not been parsed, because earlier requests are in progress.
        rejection: Why a request was rejected, after which nothing more is read; None otherwise.
        is_lingering: Whether the server has sent its last response; nothing more is read.
        is_half_closed: Whether the client has closed its side, but may wait for responses.
    """

    flow: HeldFlow

    def __init__(self, limits: Limits, **rest: Any) -> None:
        super().__init__(**rest)
        self.limits = limits
        self.stage = Stage.NONE
        self.unfed = b""
        self.rejection: Rejection | None = None
        self.is_lingering = False
        self.is_half_closed = False
        self.deadlines = Deadlines(self)
        self._overhead_bytes = 0  # of the head, or around the body
        self._is_upgrade = False

    @property
    def is_responding(self) -> bool:
        """Whether a response is in progress, or a parsed request waits for its turn."""
        cycle: RequestResponseCycle | None = self.cycle
        is_idle = cycle is None or cycle.response_complete or cycle.disconnected
        return bool(self.pipeline) or not is_idle

    @property
    def is_busy(self) -> bool:
        """Whether a response is in progress, or requests wait for their turn."""
        return bool(self.unfed) or self.is_responding

    @property
    def own_cycle(self) -> RequestResponseCycle | None:
        """The cycle of the request whose body is being read, unless a subclass handles it."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle if self.stage and cycle is not None and cycle.scope is self.scope else None

    def connection_made(self, transport: Any) -> None:
        """Start the connection."""
        super().connection_made(transport)
        self.flow = HeldFlow(transport)

    def start_request(self) -> None:
        """Handle the head of a request."""
        super().on_headers_complete()

    def receive_body(self, body: bytes) -> None:
        """Handle a part of the body."""
        super().on_body(body)

    def complete_request(self) -> None:
        """Handle the end of the body."""
        super().on_message_complete()

    def reject(self, rejection: Rejection) -> None:
        """Reject the request that is being read."""
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        """Parse data from the client, unless its last request is rejected or answered."""
        if self.is_lingering or self.rejection is not None:
            return
        if self.unfed or self.pipeline or len(data) > MAX_FED_BYTES:
            self.unfed += data
        else:
            self._feed(data)
        if self.unfed:
            self.feed_rest()
        elif self.stage or self._overhead_bytes:
            self.deadlines.start_reading()

    def feed_rest(self) -> None:
        """Parse the received data, until a complete request has to wait for earlier responses."""
        while self.unfed and not self.pipeline and self.rejection is None:
            data, self.unfed = self.unfed[:MAX_FED_BYTES], self.unfed[MAX_FED_BYTES:]
            self._feed(data)
        if self.unfed:
            self.flow.hold()
        else:
            self.flow.release()
        if self.stage or self._overhead_bytes:
            self.deadlines.start_reading()

    def _feed(self, data: bytes) -> None:
        self._overhead_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.reject(self.rejection or self._explain(data))
        else:
            if self._overhead_bytes > self.limits.header_bytes + MAX_FED_BYTES:
                self.reject(self._explain_size())

    def _decline_upgrade(self, rest: bytes) -> None:
        """Parse the head again, without the offer, and then the *rest* of the data."""
        self._is_upgrade = False
        method = self.parser.get_method()
        if method == b"CONNECT":
            self.reject(CONNECT_UNSUPPORTED)
            return
        version = self.parser.get_http_version()
        head = build_plain_head(method, self.url, version, self.headers)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.unfed = rest + self.unfed
        self._overhead_bytes = 0
        self._feed(head)

    def _explain(self, data: bytes) -> Rejection:
        if self.stage is Stage.HEAD and not self.headers:
            if data.startswith(_TLS_HANDSHAKE):
                return TLS_ON_PLAIN_PORT
            if self.parser.get_http_version() not in _READABLE_VERSIONS:
                return UNSUPPORTED_VERSION
        return BAD_REQUEST

    def _explain_size(self) -> Rejection:
        if self.stage is Stage.BODY:
            return TRAILER_TOO_LARGE
        if self.stage is Stage.NONE:  # nothing but empty lines
            return BAD_REQUEST
        is_url = len(self.url) > self.limits.header_bytes // 2
        return URL_TOO_LONG if is_url else HEADER_TOO_LARGE

    def on_message_begin(self) -> None:
        """Start a request."""
        self.stage = Stage.HEAD
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header field, but drop a trailer field (RFC 9110 §6.5.1)."""
        if self.stage is _HEAD:
            super().on_header(name, value.rstrip(_BLANKS))  # the parser drops those in front

    def on_headers_complete(self) -> None:
        """Check the head, and start the request."""
        parser, limit = self.parser, self.limits.header_bytes
        if parser.should_upgrade():
            self._is_upgrade = True
            return
        version = parser.get_http_version()
        if (rejection := check_head(version, self.headers)) is not None:
            self._stop_parsing(rejection)
        is_near_limit = self._overhead_bytes + MAX_FED_BYTES > limit
        if is_near_limit and measure_head(self.url, self.headers) > limit:
            self._stop_parsing(self._explain_size())
        if not self.url.startswith(b"/"):
            self._resolve_target()
        if version == "1.0":
            self.expect_100_continue = False  # RFC 9110 §10.1.1
        self.stage = Stage.BODY
        self._overhead_bytes = 0
        self.deadlines.start_body()
        self.start_request()

    def _resolve_target(self) -> None:
        target = resolve_target(self.parser.get_method(), self.url)
        if target is None:
            self._stop_parsing(INVALID_TARGET)
            return
        self.url, authority = target
        if authority:  # it takes precedence over Host (RFC 9112 §3.2.2)
            self.headers[:] = [field for field in self.headers if field[0] != b"host"]
            self.headers.append((b"host", authority))

    def on_chunk_complete(self) -> None:
        """Allow for the size of the chunk."""
        self._overhead_bytes = max(0, self._overhead_bytes - _CHUNK_BYTES)

    def on_body(self, body: bytes) -> None:
        """Pass on a part of the body."""
        size = len(body)
        self._overhead_bytes = max(0, self._overhead_bytes - 2 * size)
        self.deadlines.body_bytes += size
        self.receive_body(body)

    def on_message_complete(self) -> None:
        """Complete the request."""
        if self._is_upgrade:
            return
        self.stage = Stage.NONE
        self._overhead_bytes = 0
        self.deadlines.end_reading()
        self.complete_request()

    def _stop_parsing(self, rejection: Rejection) -> None:
        self.rejection = rejection
        raise _RejectedError


class _RejectedError(Exception):
    """Makes the parser stop; `RequestReader.rejection` is the reason."""
