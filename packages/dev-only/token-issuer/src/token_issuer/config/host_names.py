# DEV-ONLY: never ship to production.
"""Normalization of host names and addresses, and recognition of those of this machine."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

_MAX_CHARACTERS: Final = 253
_NAME_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def normalize_host_name(text: str) -> str:
    """Return the normal form of a host name or address.

    Letters become lower case. An IPv6 address has no brackets, an IPv4 address has four numbers,
    and a name has no dot at its end.

    >>> normalize_host_name("LOCALHOST."), normalize_host_name("[0::1]")
    ('localhost', '::1')

    Raises:
        ValueError: *text* is neither a name nor an address, or it has a port.
    """
    address = _parse_address(text)
    if address is not None:
        return str(address)
    name = text.lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > _MAX_CHARACTERS or not all(labels) or not _NAME_CHARACTERS.issuperset(name):
        message = "expected a host name or address"
        raise ValueError(message)
    return name


def is_loopback_address(name: str) -> bool:
    """Return whether a name is `localhost` or an address of the loopback interface."""
    address = _parse_address(name)
    return (
        name.lower().removesuffix(".") == "localhost" if address is None else _is_loopback(address)
    )


def is_loopback_name(name: str) -> bool:
    """Return whether browsers resolve a name to this machine without a name server.

    Spec: RFC 6761 §6.3
    """
    return is_loopback_address(name) or name.lower().removesuffix(".").endswith(".localhost")


def _is_loopback(address: IPv4Address | IPv6Address) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _parse_address(text: str) -> IPv4Address | IPv6Address | None:
    if ":" in text:
        is_bracketed = text.startswith("[") and text.endswith("]")
        try:
            return ip_address(text[1:-1] if is_bracketed else text)
        except ValueError:
            return None
    if not text[:1].isdigit() or not text.isascii() or " " in text:
        return None
    try:
        return IPv4Address(
            socket.inet_aton(text.removesuffix("."))
        )  # also accepts 127.1, as clients do
    except OSError:
        return None
