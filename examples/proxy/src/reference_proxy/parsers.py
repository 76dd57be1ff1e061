"""Parsers of settings. Each raises a `ValueError` that states the expected value."""

import re
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from bounded_http.limits import MAX_HEADER_BYTES, MIN_HEADER_BYTES
from jwt_core import Algorithm, KeyFormatError, VerificationKey, decode_public_key

from reference_proxy.tls import create_tls_context

MAX_PORT: Final = 65535
MAX_TIME_LIMIT: Final = timedelta(days=1)
HOST_PATTERN: Final = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*")
"""A host name, or an IPv6 address without brackets."""
ORIGIN_PATTERN: Final = re.compile(r"https?://[a-z0-9._\[\]:-]+")
"""An origin as browsers send it (RFC 6454 §6.2)."""


class Forwarded(StrEnum):
    """Policy for the header fields about the provenance of a request."""

    DROP = "drop"
    APPEND = "append"


def parse_url(text: str) -> str:
    """Return an absolute http or https URL."""
    message = "expected an absolute http or https URL, for instance https://api.example.com/"
    try:
        parts = urlsplit(text)
        has_port = parts.port != 0  # raises ValueError for an invalid port
        host = (parts.hostname or "").encode("idna").decode()  # as the resolver does
    except ValueError:
        raise ValueError(message) from None
    # HTTP clients disagree on characters other than printable ASCII: they drop, reject or encode.
    is_plain = re.fullmatch("[!-~]+", text) and HOST_PATTERN.fullmatch(host)
    if parts.scheme not in {"http", "https"} or not has_port or not is_plain:
        raise ValueError(message)
    if "@" in parts.netloc or "?" in text or "#" in text:
        message = "the URL must contain no user information, no query and no fragment; remove them"
        raise ValueError(message)
    return text


def decode_key(text: str, algorithms: frozenset[Algorithm]) -> VerificationKey:
    """Return the key in *text*, for one of *algorithms*."""
    key = decode_public_key(text)
    if key.algorithm in algorithms or len(algorithms) > 1:
        return key
    # PEM does not contain the algorithm of an RSA key, so the only accepted one is used.
    with suppress(KeyFormatError):
        return decode_public_key(text, algorithm=next(iter(algorithms)))
    return key


def parse_algorithms(text: str) -> frozenset[Algorithm]:
    """Return the named algorithms."""
    names = {name.strip() for name in text.split(",")} - {""}
    known = {str(algorithm) for algorithm in Algorithm}
    if not names or names - known:
        message = f"expected one or more of {', '.join(sorted(known))}, separated by commas"
        raise ValueError(message)
    return frozenset(map(Algorithm, names))


def parse_seconds(text: str) -> timedelta:
    """Return a number of seconds."""
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", text, re.ASCII):
        message = "expected a number of seconds, for instance 30 or 0.5"
        raise ValueError(message)
    return timedelta(seconds=float(text))


def parse_duration(text: str) -> timedelta:
    """Return a number of seconds, above zero."""
    if not (duration := parse_seconds(text)):
        message = "expected more than 0 seconds, for instance 30 or 0.5"
        raise ValueError(message)
    return duration


def parse_time_limit(text: str) -> timedelta:
    """Return a time limit of a connection."""
    duration = parse_duration(text)
    if duration > MAX_TIME_LIMIT:
        message = f"expected at most {MAX_TIME_LIMIT.total_seconds():.0f} seconds"
        raise ValueError(message)
    return duration


def parse_rate(text: str) -> int:
    """Return a number of bytes per second."""
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        message = "expected a number of bytes per second, for instance 240, or 0 for any pace"
        raise ValueError(message)
    return int(text)


def parse_header_size(text: str) -> int:
    """Return the largest size of a header section."""
    is_number = re.fullmatch(r"\d{1,9}", text, re.ASCII)
    if not is_number or not MIN_HEADER_BYTES <= int(text) <= MAX_HEADER_BYTES:
        message = f"expected a number of bytes from {MIN_HEADER_BYTES} to {MAX_HEADER_BYTES}"
        raise ValueError(message)
    return int(text)


def parse_forwarded(text: str) -> Forwarded:
    """Return the policy for header fields about the provenance."""
    try:
        return Forwarded(text.lower())
    except ValueError:
        message = f"expected {' or '.join(Forwarded)}"
        raise ValueError(message) from None


def parse_origins(text: str) -> frozenset[str]:
    """Return origins, or `*`."""
    origins = frozenset(origin.strip() for origin in text.split(",")) - {""}
    if not all(origin == "*" or ORIGIN_PATTERN.fullmatch(origin) for origin in origins):
        message = "expected * or origins such as https://app.example.com, separated by commas"
        raise ValueError(message)
    return origins


def parse_ca_file(text: str) -> str:
    """Return the path of a PEM file with certificates."""
    create_tls_context(text)
    return text


def parse_port(text: str) -> int:
    """Return a TCP port; 0 selects a free one."""
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or int(text) > MAX_PORT:
        message = f"expected a port number from 0 to {MAX_PORT} (0 selects a free one)"
        raise ValueError(message)
    return int(text)
