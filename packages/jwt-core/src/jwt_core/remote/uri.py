"""Check of the URI of a key set: a mistake is an error at construction, not at the first fetch.

Spec: RFC 3986 §3, RFC 1035 §2.3.4 (sizes of host names)
"""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

import httpx

_MAX_HOST_CHARACTERS: Final = 253
_HOST_NAME: Final = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")


def check_uri(name: str, uri: str) -> None:
    """Check that the argument *name* is an absolute http or https URI. Messages do not quote it.

    Raises:
        ValueError: *uri* is not such a URI, or contains user information or a fragment.
    """
    if any(not character.isprintable() or character in " \\" for character in uri):
        message = (
            f"{name} is not a valid URI: it contains a blank, a control character or a backslash; "
            "remove it, or write it percent-encoded (%20 for a blank)"
        )
        raise ValueError(message)
    try:
        parts = urlsplit(uri)
        parsed = httpx.URL(uri)
    except (ValueError, httpx.InvalidURL):
        message = f"{name} is not a valid URI; expected http:// or https:// with a host"
        raise ValueError(message) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = f"{name} must be absolute: http:// or https://, and a host"
        raise ValueError(message)
    if "@" in parts.netloc or "#" in uri:
        message = f"{name} must contain neither user information nor a fragment; remove them"
        raise ValueError(message)
    _check_port(name, parts)
    _check_host(name, parsed.raw_host.decode("ascii").lower())


def _check_port(name: str, parts: SplitResult) -> None:
    try:
        is_valid = parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid:
        message = f"{name} is not a valid URI: expected a port from 1 to 65535, or none"
        raise ValueError(message)


def _check_host(name: str, host: str) -> None:
    is_ip_literal = ":" in host  # httpx has parsed it
    is_name = len(host) <= _MAX_HOST_CHARACTERS and _HOST_NAME.fullmatch(host)
    if not is_ip_literal and not is_name:
        message = (
            f"{name} has an invalid host name; expected labels of 1 to 63 letters, digits, '-' or "
            "'_', separated by dots"
        )
        raise ValueError(message)
