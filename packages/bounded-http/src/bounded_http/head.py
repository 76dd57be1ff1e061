"""The head of a request: checks of its fields, its size, and its form without an `Upgrade` offer.

Spec: RFC 9112 §3.2, §6.1; RFC 9110 §7.8
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from bounded_http.rejections import (
    INVALID_HOST,
    MISSING_HOST,
    REPEATED_CHUNKED,
    REPEATED_HOST,
    TRANSFER_ENCODING_IN_HTTP_1_0,
    UNKNOWN_TRANSFER_ENCODING,
    UNSUPPORTED_VERSION,
    Field,
    Rejection,
)

MAX_PORT: Final = 65535
_HOST: Final = re.compile(
    rb"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*)(?::(?P<port>[0-9]{0,5}))?"
)
"""Value of `Host`: a name or address and a port, both of which may be empty (RFC 9110 §7.2)."""

_URL: Final = re.compile(rb"https?://(?P<authority>[^/?#]*)(?P<rest>.*)", re.IGNORECASE)
"""Request target in absolute form."""

_OVERHEAD_BYTES: Final = len(": \r\n")
_OFFER: Final = frozenset({b"upgrade", b"http2-settings"})
"""Header fields of an offer, which `Connection` also names as its options."""


def check_head(version: str, fields: Iterable[Field]) -> Rejection | None:
    """Return the reason to reject a request; None if its head is valid.

    Args:
        version: The HTTP version, such as `1.1`.
        fields: The header fields, with names in lower case.
    """
    hosts, encodings = [], []
    for name, value in fields:
        if name == b"host":
            hosts.append(value)
        elif name == b"transfer-encoding":
            encodings.append(value)
    if version not in {"1.1", "1.0"}:
        return UNSUPPORTED_VERSION
    if len(hosts) != 1:
        if hosts:
            return REPEATED_HOST
        return MISSING_HOST if version == "1.1" else _check_encodings(version, encodings)
    if not _is_valid_host(hosts[0]):
        return INVALID_HOST
    return _check_encodings(version, encodings) if encodings else None


def resolve_target(method: bytes, target: bytes) -> tuple[bytes, bytes] | None:
    """Return path and query of a request target, and its authority; None if it is invalid.

    The authority is empty for `*`, which is not a URL.

    Spec: RFC 9112 §3.2.2, §3.2.4
    """
    if target == b"*":
        return target, b""
    match = _URL.fullmatch(target)
    if match is None or not match["authority"] or not _is_valid_host(match["authority"]):
        return None
    rest = match["rest"]
    if not rest and method == b"OPTIONS":
        return b"*", match["authority"]
    return rest if rest.startswith(b"/") else b"/" + rest, match["authority"]


def measure_head(url: bytes, fields: Iterable[Field]) -> int:
    """Return the number of bytes in the URL and the header section."""
    return len(url) + sum(len(name) + len(value) + _OVERHEAD_BYTES for name, value in fields)


def build_plain_head(method: bytes, url: bytes, version: str, fields: Sequence[Field]) -> bytes:
    """Return the head of a request without its offer to upgrade the protocol.

    A server may ignore the offer (RFC 9110 §7.8), but the parser regards the data after such a
    head as data of the other protocol.
    """
    lines = [b"%b %b HTTP/%b\r\n" % (method, url, version.encode("ascii"))]
    for name, value in fields:
        if name in _OFFER:
            continue
        kept = _drop_upgrade(value) if name == b"connection" else value
        lines.append(b"%b: %b\r\n" % (name, kept))
    return b"".join((*lines, b"\r\n"))


@lru_cache(maxsize=256)
def _is_valid_host(value: bytes) -> bool:
    match = _HOST.fullmatch(value)
    return match is not None and int(match["port"] or 0) <= MAX_PORT


def _check_encodings(version: str, encodings: Sequence[bytes]) -> Rejection | None:
    if not encodings:
        return None
    if version == "1.0":
        return TRANSFER_ENCODING_IN_HTTP_1_0
    codings = {coding.strip(b" \t").lower() for coding in b",".join(encodings).split(b",")}
    if codings != {b"chunked"}:
        return UNKNOWN_TRANSFER_ENCODING
    return REPEATED_CHUNKED if b"," in b",".join(encodings) else None


def _drop_upgrade(connection: bytes) -> bytes:
    options = (option.strip(b" \t") for option in connection.split(b","))
    return b", ".join(option for option in options if option.lower() not in _OFFER)
