# DEV-ONLY: never ship to production.
"""Addresses of the public internet, from which and on which the proxy does not work."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

from token_issuer.errors import FrontError
from token_issuer.server.addresses import resolve_address

_CONTAINER_FILES: Final = ("/.dockerenv", "/run/.containerenv")
_CONTAINER_VARIABLE: Final = "KUBERNETES_SERVICE_HOST"


def is_public_address(text: str) -> bool:
    """Return whether *text* is an address of the public internet; it may have an IPv6 zone.

    >>> is_public_address("8.8.8.8"), is_public_address("::ffff:10.0.0.7")
    (True, False)
    """
    return parse_address(text).is_global


def parse_address(text: str) -> IPv4Address | IPv6Address:
    """Return an address without its zone; an IPv4 address that is written as IPv6 becomes IPv4.

    >>> parse_address("::ffff:10.0.0.7"), parse_address("fe80::1%eth0")
    (IPv4Address('10.0.0.7'), IPv6Address('fe80::1'))
    """
    address = ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def check_listening_host(host: str, environ: Mapping[str, str]) -> None:
    """Raise an error if other networks than a private one could reach a server on *host*.

    All addresses of a container are those of the stack's network.

    Args:
        host: The host name or address to listen on.
        environ: The variables of the process.

    Raises:
        FrontError: *host* is a public address, or stands for all addresses of a machine.
    """
    try:
        address = resolve_address(host, 0).address[0]
    except (OSError, UnicodeError):
        return  # listening reports the same error
    if is_public_address(address):
        message = f"--host: {host[:80]} is a public address; choose a loopback or private one"
        raise FrontError(message)
    is_in_container = environ.get(_CONTAINER_VARIABLE) or any(
        Path(file).exists() for file in _CONTAINER_FILES
    )
    if parse_address(address).is_unspecified and not is_in_container:
        message = (
            f"--host: {host[:80]} stands for all networks of this machine; choose 127.0.0.1, or "
            "the address of the private network of the stack"
        )
        raise FrontError(message)
