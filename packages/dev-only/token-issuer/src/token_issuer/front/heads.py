# DEV-ONLY: never ship to production.
"""Request heads and responses of a forward proxy.

Spec: RFC 9110 §9.3.6, RFC 9112 §3.2
"""

import re
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.front.errors import ProxyRequestError
from token_issuer.front.targets import Target, parse_target
from token_issuer.google_hosts import HTTP_PORT

HEAD_END: Final = b"\r\n\r\n"
CONNECTED: Final = (
    f"HTTP/1.1 200 Connection established\r\n{HEADER_NAME}: {HEADER_VALUE}\r\n\r\n"
).encode("ascii")
"""The response to CONNECT; the bytes of the server follow."""

_REQUEST_LINE: Final = re.compile(r"([A-Za-z][A-Za-z-]{0,31}) ([!-~]+) HTTP/1\.[01]")
_FIELD: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[^\r\n\0]*")
_REPLACED_FIELDS: Final = frozenset({
    "host",
    "connection",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
})
"""Fields that end at the proxy, and `Host`, which the target replaces (RFC 9112 §3.2.2)."""
_HTTP: Final = "http://"
_BRACKETS: Final = frozenset("[]")  # of IPv6 addresses, which no name of Google is


class Head(NamedTuple):
    """The request line and the header lines of a request."""

    method: str
    target: str
    lines: tuple[str, ...]

    @property
    def is_connect(self) -> bool:
        """Whether the client wants a connection to a host, rather than a response."""
        return self.method == "CONNECT"


def parse_head(data: bytes) -> Head:
    """Parse a request head, without the empty line at its end.

    Raises:
        ProxyRequestError: it is not a head of HTTP/1.0 or HTTP/1.1.
    """
    first, *lines = data.decode("latin-1").split("\r\n")
    match = _REQUEST_LINE.fullmatch(first)
    if match is None or not all(_FIELD.fullmatch(line) for line in lines):
        message = "expected a request of HTTP/1.1; the URL of this proxy begins with http://"
        raise ProxyRequestError(HTTPStatus.BAD_REQUEST, message)
    return Head(match[1], match[2], tuple(lines))


def find_target(head: Head) -> Target:
    """Return the host and port that a request names.

    Raises:
        ProxyRequestError: the request is not one for a forward proxy.
    """
    text, default_port = head.target, None
    if not head.is_connect:
        text, default_port = _split_url(head.target)[0], HTTP_PORT
    try:
        return parse_target(text, default_port)
    except ValueError as error:
        raise ProxyRequestError(HTTPStatus.BAD_REQUEST, f"{head.method}: {error}") from error


def rewrite_head(head: Head) -> bytes:
    """Return the head of a request with a URL as its target, as the server expects it.

    The server closes the connection after the response: the next request may name another host.
    """
    authority, rest = _split_url(head.target)
    kept = (line for line in head.lines if line.partition(":")[0].lower() not in _REPLACED_FIELDS)
    lines = (
        f"{head.method} {rest} HTTP/1.1",
        f"Host: {authority}",
        *kept,
        "Connection: close",
    )
    return "\r\n".join(lines).encode("latin-1") + HEAD_END


def render_refusal(error: ProxyRequestError) -> bytes:
    """Return the response to a request that is refused.

    The status line contains the message as well: most clients show only this line of a response
    to CONNECT.
    """
    text = str(error)
    fields = (
        f"HTTP/1.1 {error.status:d} {text}",
        f"{HEADER_NAME}: {HEADER_VALUE}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(text) + 1}",
        "Cache-Control: no-store",
        "Connection: close",
    )
    return "\r\n".join((*fields, "", f"{text}\n")).encode("ascii", "replace")


def _split_url(url: str) -> tuple[str, str]:
    """Return the authority of an http URL, and its path and query.

    Raises:
        ProxyRequestError: *url* is not an http URL with a host.
    """
    if url.startswith("/") or url == "*":
        message = (
            "this is a forward proxy, not a server: give clients its URL as HTTPS_PROXY, and send "
            "other requests to the issuer"
        )
        raise ProxyRequestError(HTTPStatus.MISDIRECTED_REQUEST, message)
    is_suitable = url.lower().startswith(_HTTP) and not _BRACKETS.intersection(url)
    parts = urlsplit(url) if is_suitable else None
    if parts is None or not parts.netloc or "@" in parts.netloc:
        message = "expected an http URL without credentials; use CONNECT for https"
        raise ProxyRequestError(HTTPStatus.BAD_REQUEST, message)
    path = parts.path or "/"
    return parts.netloc, f"{path}?{parts.query}" if parts.query else path
