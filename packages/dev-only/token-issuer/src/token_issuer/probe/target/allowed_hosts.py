# DEV-ONLY: never ship to production.
"""Targets that may be probed: those on this machine and one explicitly allowed host."""

import ipaddress
import socket
from typing import Final
from urllib.parse import SplitResult, urlsplit

from token_issuer.errors import ProbeError

_SCHEMES: Final = ("http", "https")
_EXPECTED: Final = "expected a URL such as http://localhost:8080/orders"


def check_target(url: str, allowed_host: str | None, name: str = "TARGET") -> str:
    """Return the URL of a target that may be probed.

    Args:
        url: An http or https URL.
        allowed_host: A host that may be probed although it is not on this machine.
        name: The argument, for messages.

    Raises:
        ProbeError: *url* is not an http or https URL, its host does not resolve, or the host may
            not be probed.
    """
    parts = _parse(url, name)
    host = parts.hostname or ""
    if allowed_host is not None and allowed_host.strip("[]").lower() == host:
        return url
    outside = [address for address in _resolve(host, parts, name) if not _is_loopback(address)]
    if outside:
        named = f" and is not the allowed host {allowed_host}" if allowed_host else ""
        message = (
            f"{name}: {host} is not on this machine ({outside[0]}){named}; a probe may stop the "
            f"service: set --allow-host {host} if you accept that risk"
        )
        raise ProbeError(message)
    return url


def _parse(url: str, name: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in _SCHEMES and parts.hostname and parts.port != 0
    except ValueError as error:
        message = f"{name}: {error}; {_EXPECTED}"
        raise ProbeError(message) from error
    if not is_usable or not url.isascii() or any(c.isspace() for c in url):
        message = f"{name}: {url[:80]!r} is not a URL that can be probed; {_EXPECTED}"
        raise ProbeError(message)
    if "@" in parts.netloc or parts.fragment:
        part = "credentials" if "@" in parts.netloc else "fragment"
        message = f"{name}: a URL with {part} cannot be probed; remove the {part}"
        raise ProbeError(message)
    return parts


def _resolve(host: str, parts: SplitResult, name: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, parts.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "not a host name"
        message = f"{name}: {host} cannot be resolved: {reason}"
        raise ProbeError(message) from error
    return sorted({str(address[0]) for *_, address in found})


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
