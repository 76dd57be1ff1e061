"""Request targets and header fields for the next hop; pure functions.

Spec: RFC 9110 §7.6 (message forwarding)
"""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from reference_proxy.errors import InvalidRequestError

SUBJECT_HEADER: Final = b"x-verified-subject"
"""Header field with the verified `sub` for the upstream, percent-encoded (RFC 3986 §2.1)."""

HOP_BY_HOP: Final = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection"
    b" te trailer transfer-encoding upgrade".split()
)
"""Header fields about one connection only (RFC 9110 §7.6.1)."""

NOT_FORWARDED: Final = frozenset({b"authorization", b"expect", b"host"})
"""Header fields that the upstream does not receive.

It receives the verified subject instead of the token, and `Host` with its own name; this server
itself responds to `Expect: 100-continue`.
"""

VIA: Final = (b"via", b"1.1 reference-proxy")
"""The `Via` field of a gateway (RFC 9110 §7.6.3)."""

Header = tuple[bytes, bytes]


def build_target(upstream: str, raw_path: bytes, query: bytes) -> str:
    """Append the request's path and query, as received, to the upstream's URL.

    Raises:
        InvalidRequestError: The target has no path, is not UTF-8, or has a dot segment. A dot
            segment could lead outside the path of the upstream's URL (RFC 3986 §5.2.4).
    """
    if not raw_path.startswith(b"/"):
        message = "the request target is not a path: send one that starts with `/`"
        raise InvalidRequestError(message)
    segments = unquote_to_bytes(raw_path).replace(b"\\", b"/").split(b"/")
    if b"." in segments or b".." in segments:
        message = "the path has a `.` or `..` segment: send the resolved path"
        raise InvalidRequestError(message)
    return upstream.rstrip("/") + _decode(raw_path + (b"?" + query if query else b""))


def build_request_headers(headers: Iterable[Header], *, subject: str | None) -> list[Header]:
    """Return the header fields for the upstream.

    A field that the client sends under the name of the subject header is dropped, also if the name
    has other punctuation: CGI and WSGI servers do not distinguish `-` and `_`.

    Spec: RFC 9110 §5.5, §7.6.1
    """
    kept = [
        (name, value.strip(b" \t"))
        for name, value in _strip_hop_by_hop(list(headers))
        if name not in NOT_FORWARDED and _unify_punctuation(name) != SUBJECT_HEADER
    ]
    kept.append(VIA)
    if subject is not None:
        kept.append((SUBJECT_HEADER, quote(subject, safe="@:+!*'(),;=").encode("ascii")))
    return kept


def build_response_headers(headers: Iterable[Header], *, status: int) -> list[Header]:
    """Return the header fields for the client.

    Spec: RFC 9110 §7.6.1
    """
    kept = _strip_hop_by_hop(list(headers))
    if status == HTTPStatus.NOT_MODIFIED:
        # A 304 may state the length of a body that is not sent (RFC 9110 §8.6); uvicorn expects it.
        kept = [(name, value) for name, value in kept if name.lower() != b"content-length"]
    return kept


def decode_headers(headers: Iterable[Header]) -> list[tuple[str, str]]:
    """Decode header fields for aiohttp, which expects text.

    Raises:
        InvalidRequestError: A field is not UTF-8.
    """
    return [(_decode(name), _decode(value)) for name, value in headers]


def has_body(headers: Iterable[Header]) -> bool:
    """Return whether a request with *headers* has a body.

    Spec: RFC 9112 §6.3
    """
    return any(name in {b"content-length", b"transfer-encoding"} for name, _ in headers)


def _strip_hop_by_hop(headers: list[Header]) -> list[Header]:
    named = {
        token.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for token in value.split(b",")
    }
    return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP | named]


def _unify_punctuation(name: bytes) -> bytes:
    return re.sub(rb"[^a-z0-9]", b"-", name.lower())


def _decode(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        message = "the request target or a header field is not UTF-8: send it encoded as UTF-8"
        raise InvalidRequestError(message) from None
