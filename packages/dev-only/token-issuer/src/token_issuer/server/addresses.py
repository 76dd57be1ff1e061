# DEV-ONLY: never ship to production.
"""The address on which a server listens, and its URL."""

import socket
from typing import Any, Final, NamedTuple

_LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # translated, not bound


class ListenAddress(NamedTuple):
    """The arguments of a listening socket.

    Attributes:
        family: The address family.
        kind: The type of the socket.
        protocol: Explicit, since asyncio disables Nagle's algorithm, which delays responses, only
            on sockets with IPPROTO_TCP. Sockets of `socket.create_server` have no protocol.
        address: Address and port, and more for IPv6.
    """

    family: int
    kind: int
    protocol: int
    address: Any


def resolve_address(host: str, port: int) -> ListenAddress:
    """Return the first address of *host*.

    Raises:
        OSError: *host* has no address.
        UnicodeError: *host* is not a host name.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )[0]
    return ListenAddress(family, kind, protocol, address)


def format_local_address(address: Any, scheme: str = "http") -> str:
    """Return the base URL by which this machine reaches a server that listens on *address*."""
    host, *rest = address
    return format_address((_LOOPBACK.get(host, host), *rest), scheme)


def format_address(address: Any, scheme: str = "http") -> str:
    """Return the base URL of a server that listens on *address*."""
    host, port, *_ = address
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
