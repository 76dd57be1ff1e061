# DEV-ONLY: never ship to production.
"""The fast path: an HTTP protocol that answers plain requests as soon as they are read.

A request takes the fast path if

- the table of handlers has its method and path,
- it is HTTP/1.1 and carries no repeated field and none of `_SPECIAL_FIELDS`,
- its body has at most `MAX_BODY_BYTES`,
- the responses to earlier requests on its connection are complete,
- no fault is set for its path,
- no access log is written, and the handler does not defer the response,
- it is not for the tokens of a login, or the providers of logins are built,
- it is not for the tokens of a service account.

All other requests take the full path.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from bounded_http.limits import Limits
from bounded_http.protocol import BoundedProtocol
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from token_issuer.google.providers import Providers
from token_issuer.issuers.issuers import Issuers, Place
from token_issuer.timing.clock import Clock
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.asgi import TRANSPORT_EXTENSION
from token_issuer.web.common_headers import build_common_fields, record_request
from token_issuer.web.errors import LAST_RESORT, build_error_response
from token_issuer.web.handlers import HANDLERS, MAX_BODY_BYTES, Handler
from token_issuer.web.request import Request, build_request
from token_issuer.web.response import DeferredResponse, Field, RawResponse
from token_issuer.web.token_endpoint import Flow

_SPECIAL_FIELDS: Final = frozenset({
    b"expect", b"if-none-match", b"origin", b"transfer-encoding",
    b"x-forwarded-for", b"x-forwarded-proto",
})  # fmt: skip
_CLOSING: Final = ((b"connection", b"close"),)

logger = logging.getLogger(__name__)


class Endpoint(NamedTuple):
    """An endpoint of an issuer that the fast path answers.

    Attributes:
        handler: The handler.
        place: The issuer, and the path of the endpoint.
        method: The method.
        url_path: The whole path.
    """

    handler: Handler
    place: Place
    method: str
    url_path: str


Endpoints = Mapping[tuple[bytes, bytes], Endpoint]
"""The endpoints of the fast path by method and path, in the form in which they arrive."""


def list_endpoints(issuers: Issuers) -> Endpoints:
    """Return the endpoints of all *issuers*."""
    return {
        (method.encode(), (prefix + path).encode()): Endpoint(
            handler, Place(issuer, prefix, path), method, prefix + path
        )
        for prefix, issuer in issuers.places
        for (method, path), handler in HANDLERS.items()
    }


class Protocol(BoundedProtocol):
    """Protocol of one connection: answers plain requests, passes all others to uvicorn."""

    def __init__(
        self,
        clock: Clock,
        endpoints: Endpoints,
        providers: Providers,
        limits: Limits,
        **rest: Any,
    ) -> None:
        """Answer plain requests.

        Args:
            clock: The simulated clock of the issuers.
            endpoints: The endpoints that this protocol answers itself.
            providers: The providers of the logins of the issuers.
            limits: The limits of the connection.
            rest: The arguments of uvicorn's protocol.
        """
        super().__init__(limits, **rest)
        self._clock = clock
        self._endpoints = endpoints
        self._providers = providers
        self._endpoint: Endpoint | None = None
        self._body = b""

    def on_message_begin(self) -> None:
        """Add the transport to the scope of the request."""
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT_EXTENSION: {"transport": self.transport}}

    def start_request(self) -> None:
        """Wait for the body of a plain request."""
        self._endpoint, self._body = self._find_endpoint(), b""
        if self._endpoint is None:
            super().start_request()

    def receive_body(self, body: bytes) -> None:
        """Collect the body of a plain request."""
        if self._endpoint is None:
            super().receive_body(body)
        else:
            self._body += body

    def complete_request(self) -> None:
        """Answer a plain request, unless its response is deferred."""
        is_last = self.is_stopping or not self.parser.should_keep_alive()
        try:
            endpoint = self._endpoint
            data = None if endpoint is None else self._answer(endpoint, is_last=is_last)
        except Exception:
            logger.exception("cannot answer %s", self.url.decode("latin-1"))
            data, is_last = _encode(LAST_RESORT), True
        if data is None:
            self._take_full_path()
            super().complete_request()
        else:
            self._endpoint = None
            self._send(data, is_last=is_last)

    def build_rejection_fields(self) -> tuple[Field, ...]:
        """Return the common header fields."""
        return build_common_fields(self._clock())

    def abandon_request(self) -> None:
        """Discard the request that is being read."""
        super().abandon_request()
        self._endpoint, self._body = None, b""

    def _find_endpoint(self) -> Endpoint | None:
        endpoint = self._endpoints.get((self.parser.get_method(), self.url))
        if endpoint is None:
            return None
        fields = dict(self.headers)
        is_plain = (
            _SPECIAL_FIELDS.isdisjoint(fields)
            and len(fields) == len(self.headers)
            and int(fields.get(b"content-length", 0)) <= MAX_BODY_BYTES
            and self.parser.get_http_version() == "1.1"
        )
        issuer, _, path = endpoint.place
        is_without_faults = path not in issuer.faults.paths
        return endpoint if is_plain and is_without_faults and self._is_idle() else None

    def _is_idle(self) -> bool:
        """Tell whether the response can be sent at once, without an entry in the access log."""
        return not (self.is_responding or self.flow.write_paused or self.access_log)

    def _answer(self, endpoint: Endpoint, *, is_last: bool) -> bytes | None:
        """Return the encoded response; None if only the full path can build it.

        Args:
            endpoint: The endpoint. If its handler raises, the response describes the error.
            is_last: Whether the connection is closed after the response.
        """
        scope: Any = self.scope  # uvicorn fills it in only on the full path
        scope["method"] = endpoint.method
        scope["query_string"] = b""
        place, issuer = endpoint.place, endpoint.place.issuer
        request = build_request(scope, place, endpoint.url_path, self._clock(), self._body)
        response: RawResponse | DeferredResponse | Flow | None
        try:
            response = endpoint.handler(issuer, request)
            if response is Flow.LOGIN:
                response = self._exchange(issuer, request)
        except Exception as error:  # noqa: BLE001  # the response and the log describe it
            response = build_error_response(request.path, error)
        if not isinstance(response, RawResponse):
            return None
        record_request(issuer, request, response.status)
        more = build_common_fields(request.time) + (_CLOSING if is_last else ())
        return _encode(response, more)

    def _exchange(self, issuer: Issuer, request: Request) -> RawResponse | None:
        """Return the tokens of a login; None if its provider has to be built first."""
        provider = self._providers.find_built(issuer.name)
        if provider is None:
            return None
        from token_issuer.web.logins.endpoints import exchange_grant  # noqa: PLC0415  # loaded now

        return exchange_grant(provider, request)

    def _send(self, data: bytes, *, is_last: bool) -> None:
        self.transport.write(data)
        if is_last:
            self.transport.close()
        self.on_response_complete()

    def _take_full_path(self) -> None:
        """Pass on to uvicorn what has been read of a plain request."""
        if self._endpoint is not None:
            self._endpoint = None
            super().start_request()
            super().receive_body(self._body)


def _encode(response: RawResponse, more: tuple[Field, ...] = ()) -> bytes:
    parts = [STATUS_LINE[response.status]]
    for name, value in response.fields + more:
        parts += (name, b": ", value, b"\r\n")
    return b"".join((*parts, b"\r\n", response.body))
