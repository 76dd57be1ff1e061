# DEV-ONLY: never ship to production.
"""uvicorn's HTTP protocol, with a short way from a plain request to its answer.

Plain is a request that brings nothing but itself: no origin, no condition, nothing to wait for. All
others, and whatever goes wrong, take the long way through the application.
"""

from collections.abc import Mapping
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from token_issuer.web.extensions import TRANSPORT_EXTENSION
from token_issuer.web.fast_path.handlers import PlainHandler
from token_issuer.web.responses import Field, RawResponse
from token_issuer.web.token_endpoint import MAX_BODY_BYTES

_SPECIAL_FIELDS: Final = frozenset({
    b"expect", b"if-none-match", b"origin", b"transfer-encoding", b"upgrade",
    b"x-forwarded-for", b"x-forwarded-proto",
})  # fmt: skip
_CLOSING: Final = ((b"connection", b"close"),)


class Protocol(HttpToolsProtocol):
    """Answers a plain request as soon as it is read."""

    def __init__(self, handlers: Mapping[tuple[bytes, bytes], PlainHandler], **rest: Any) -> None:
        """RawResponse by *handlers*; *rest* is uvicorn's own."""
        super().__init__(**rest)
        self._handlers = handlers
        self._handler: PlainHandler | None = None
        self._body = b""

    def on_message_begin(self) -> None:
        """Put the transport in the scope."""
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT_EXTENSION: {"transport": self.transport}}

    def on_headers_complete(self) -> None:
        """Wait for the body of a plain request."""
        self._handler, self._body = self._find_handler(), b""
        if self._handler is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Collect the body of a plain request."""
        if self._handler is None:
            super().on_body(body)
        else:
            self._body += body

    def on_message_complete(self) -> None:
        """RawResponse a plain request."""
        answer = None if self._handler is None else self._answer(self._handler)
        if answer is None:
            self._take_long_way()
            super().on_message_complete()
        else:
            self._handler = None
            self._send(answer)

    def shutdown(self) -> None:
        """Finish what is being read."""
        self._take_long_way()
        super().shutdown()

    def _find_handler(self) -> PlainHandler | None:
        handler = self._handlers.get((self.parser.get_method(), self.url))
        if handler is None:
            return None
        fields = dict(self.headers)
        is_plain = (
            _SPECIAL_FIELDS.isdisjoint(fields)
            and len(fields) == len(self.headers)
            and int(fields.get(b"content-length", 0)) <= MAX_BODY_BYTES
            and self.parser.get_http_version() == "1.1"
        )
        return handler if is_plain and self._is_idle() else None

    def _is_idle(self) -> bool:
        """Tell whether nothing has to go out before the answer, or along with it."""
        cycle: RequestResponseCycle | None = self.cycle
        is_answered = cycle is None or cycle.response_complete
        return is_answered and not self.flow.write_paused and not self.access_log

    def _answer(self, handler: PlainHandler) -> RawResponse | None:
        scope: Any = self.scope  # as far as uvicorn has filled it in
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["path"] = self.url.decode("ascii")
        scope["query_string"] = b""
        try:
            return handler(scope, self._body)
        except Exception:  # noqa: BLE001  # the application fails likewise, and says so
            return None

    def _send(self, answer: RawResponse) -> None:
        is_last = not self.parser.should_keep_alive()
        self.transport.write(_encode(answer, _CLOSING if is_last else ()))
        if is_last:
            self.transport.close()
        self.on_response_complete()

    def _take_long_way(self) -> None:
        if self._handler is not None:
            self._handler = None
            super().on_headers_complete()
            super().on_body(self._body)


def _encode(answer: RawResponse, more: tuple[Field, ...]) -> bytes:
    parts = [STATUS_LINE[answer.status]]
    for name, value in answer.fields + more:
        parts += (name, b": ", value, b"\r\n")
    return b"".join((*parts, b"\r\n", answer.body))
