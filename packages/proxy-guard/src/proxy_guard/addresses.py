"""Recognition of hosts that are this machine or the machine that hosts this container.

The simulator may listen on either machine, on its default port. Each container tool has its own
names for the host machine.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

LOCAL_NAMES: Final = frozenset({
    "",  # Go connects to the local system if the host is empty
    "localhost",
    "localhost4",
    "localhost6",
    "localhost.localdomain",
    "localhost4.localdomain4",
    "localhost6.localdomain6",
    "ip6-localhost",
    "ip6-loopback",
    "docker.for.mac.host.internal",
    "docker.for.win.host.internal",
    "host.containers.internal",
    "host.k3d.internal",
    "host.minikube.internal",
    "host.lima.internal",
    "host.orb.internal",
    "host.rancher-desktop.internal",
})
"""Host names of this machine or of its container host."""

LOCAL_SUFFIXES: Final = (
    ".localhost",  # RFC 6761 §6.3
    ".docker.internal",  # host, gateway, kubernetes and vm
    # Public names that resolve to the loopback address, or to the address in the name.
    ".lacolhost.com",
    ".localho.st",
    ".localtest.me",
    ".lvh.me",
    ".nip.io",
    ".sslip.io",
    ".traefik.me",
    ".vcap.me",
    ".xip.io",
)
"""Suffixes of such host names. The suffix without its leading dot is such a name as well."""

DOCKER_DESKTOP_HOSTS: Final = frozenset({0xC0A84102, 0xC0A841FE})
"""192.168.65.2 and 192.168.65.254, the addresses of the host in Docker Desktop's containers."""

DOCKER_NETWORKS: Final = range(0xAC11, 0xAC20)
"""Upper 16 bits of 172.17.0.0/16 to 172.31.0.0/16. The host has the first address in each."""

_IPV4_MASK: Final = 0xFFFF_FFFF
_PREFIXES_BEFORE_IPV4: Final = frozenset({
    0xFFFF,  # ::ffff:0:0/96, mapped (RFC 4291 §2.5.5.2)
    0xFFFF_0000,  # ::ffff:0:0:0/96, translated (RFC 2765 §2.1)
    0x64_FF9B << 64,  # 64:ff9b::/96, NAT64 (RFC 6052 §2.1)
    0x64_FF9B_0001 << 48,  # 64:ff9b:1::/96, NAT64 within a site (RFC 8215)
})
"""Upper 96 bits of the IPv6 addresses whose lower 32 bits are an IPv4 address."""
_SIX_TO_FOUR: Final = 0x2002  # 2002::/16, the IPv4 address follows (RFC 3056 §2)
_MAX_IPV4_PARTS: Final = 4
_MAX_OCTET: Final = 255


def is_local(host: str) -> bool:
    """Return whether *host* is this machine or the host of this container.

    Args:
        host: A name or an address in lower case; an IPv6 address with or without brackets. IPv4
            addresses are parsed like `inet_aton` does (`127.1`, `0x7f000001`, `2130706433`).
    """
    host = host.strip("[]").partition("%")[0].rstrip(".")
    if ":" in host:
        return _is_local_ipv6(host)
    if host in LOCAL_NAMES or f".{host}".endswith(LOCAL_SUFFIXES):
        return True
    # Clients disagree on whether a leading zero means octal, so both readings are tried.
    return any(_is_local_ipv4(_parse_ipv4(host, octal=octal)) for octal in (True, False))


def is_ipv6(text: str) -> bool:
    """Return whether *text* is an IPv6 address without brackets (RFC 4291 §2.2)."""
    import ipaddress  # noqa: PLC0415  # imported only for an IPv6 address; takes 4 ms

    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _is_local_ipv6(text: str) -> bool:
    import ipaddress  # noqa: PLC0415  # see is_ipv6

    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    number = int(address)
    if number in {0, 1}:
        return True
    if number >> 112 == _SIX_TO_FOUR:
        return _is_local_ipv4(number >> 80 & _IPV4_MASK)
    # Without a prefix it is the deprecated "compatible" form (RFC 4291 §2.5.5.1).
    is_ipv4 = number <= _IPV4_MASK or number >> 32 in _PREFIXES_BEFORE_IPV4
    return is_ipv4 and _is_local_ipv4(number & _IPV4_MASK)


def _is_local_ipv4(address: int | None) -> bool:
    if address is None:
        return False
    is_loopback = address >> 24 in {0, 127}
    is_docker_gateway = address >> 16 in DOCKER_NETWORKS and address & 0xFFFF == 1
    return is_loopback or is_docker_gateway or address in DOCKER_DESKTOP_HOSTS


def _parse_ipv4(host: str, *, octal: bool) -> int | None:
    parts = host.split(".")
    if len(parts) > _MAX_IPV4_PARTS:
        return None
    try:
        *leading, last = [_parse_number(part, octal=octal) for part in parts]
    except ValueError:
        return None
    if any(number > _MAX_OCTET for number in leading) or last >> 8 * (5 - len(parts)):
        return None
    return last + sum(number << (24 - 8 * index) for index, number in enumerate(leading))


def _parse_number(part: str, *, octal: bool) -> int:
    if not part.isalnum():  # int() accepts signs, blanks and underscores
        raise ValueError
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if octal and part.startswith("0") else 10)
