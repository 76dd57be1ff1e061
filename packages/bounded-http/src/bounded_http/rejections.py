"""Responses to requests that are rejected before an application sees them (RFC 9457).

Their text is constant: it contains nothing that the client or the server has sent or stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

Field = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A rejected request.

    Attributes:
        status: The status of the response.
        detail: What is wrong with the request, what was expected, and the remedy.
    """

    status: HTTPStatus
    detail: str

    def encode(self, more: Iterable[Field] = ()) -> bytes:
        """Return the response with the header fields *more*; it ends the connection."""
        body = (
            f'{{"type":"about:blank","title":"{self.status.phrase}","status":{self.status:d},'
            f'"detail":"{self.detail}"}}'
        ).encode("ascii")
        fields = (
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
            *more,
        )
        lines = [b"%b: %b\r\n" % field for field in fields]
        return b"".join((STATUS_LINE[self.status], *lines, b"\r\n", body))


BAD_REQUEST: Final = Rejection(
    HTTPStatus.BAD_REQUEST, "the request is not valid HTTP/1.1: send it as RFC 9112 defines it"
)
TLS_ON_PLAIN_PORT: Final = Rejection(
    HTTPStatus.BAD_REQUEST, "this port does not accept TLS: use a URL that starts with http:"
)
MISSING_HOST: Final = Rejection(
    HTTPStatus.BAD_REQUEST, "the header Host is missing: send exactly one (RFC 9112, 3.2)"
)
REPEATED_HOST: Final = Rejection(
    HTTPStatus.BAD_REQUEST, "the header Host is repeated: send exactly one (RFC 9112, 3.2)"
)
INVALID_HOST: Final = Rejection(
    HTTPStatus.BAD_REQUEST, "the header Host is invalid: send a host name or address and a port"
)
INVALID_TARGET: Final = Rejection(
    HTTPStatus.BAD_REQUEST,
    "the request target is invalid: send a path that starts with /, or an http URL",
)
TRANSFER_ENCODING_IN_HTTP_1_0: Final = Rejection(
    HTTPStatus.BAD_REQUEST,
    "HTTP/1.0 has no Transfer-Encoding: send Content-Length, or use HTTP/1.1",
)
REPEATED_CHUNKED: Final = Rejection(
    HTTPStatus.BAD_REQUEST, "Transfer-Encoding: expected chunked once (RFC 9112, 6.1)"
)
HEADER_TIMEOUT: Final = Rejection(
    HTTPStatus.REQUEST_TIMEOUT,
    "the header of the request did not arrive in time: send it without a pause",
)
BODY_TIMEOUT: Final = Rejection(
    HTTPStatus.REQUEST_TIMEOUT, "the body of the request arrived too slowly: send it faster"
)
URL_TOO_LONG: Final = Rejection(
    HTTPStatus.REQUEST_URI_TOO_LONG, "the URL is too long: send the data in the body"
)
HEADER_TOO_LARGE: Final = Rejection(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "the header of the request is too large: send fewer or shorter header fields",
)
TRAILER_TOO_LARGE: Final = Rejection(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "the trailer fields or chunk extensions of the request are too large: leave them out",
)
UNKNOWN_TRANSFER_ENCODING: Final = Rejection(
    HTTPStatus.NOT_IMPLEMENTED, "Transfer-Encoding: only chunked is supported"
)
CONNECT_UNSUPPORTED: Final = Rejection(
    HTTPStatus.NOT_IMPLEMENTED, "the method CONNECT is not supported: this is not a forward proxy"
)
UNSUPPORTED_VERSION: Final = Rejection(
    HTTPStatus.HTTP_VERSION_NOT_SUPPORTED,
    "the version of HTTP is not supported: send HTTP/1.1 or HTTP/1.0",
)
