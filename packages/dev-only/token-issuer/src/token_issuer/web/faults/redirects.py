# DEV-ONLY: never ship to production.
"""Where a redirect leads: the same host, another name of it, or back to itself."""

import socket
from dataclasses import dataclass
from typing import Final

from token_issuer.paths import ATTACKER_JWKS_PATH
from token_issuer.web.hosts import HOST

REDIRECTED_QUERY: Final = "redirected"
"""Marks the URL that a redirect to the same host names: it is not redirected again."""
_LOOPBACK: Final = {"127.0.0.1": "localhost", "[::1]": "localhost"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for.

    Attributes:
        path: The key document's path.
        host: The `Host` field; empty where there is none.
        address: The address and port at which the connection came in.
    """

    path: str
    host: str
    address: tuple[str, int | None]


def locate(to: str, asked: Asked) -> str:
    """Return the `Location` of a redirect *to* `same-host`, `other-host` or `loop`."""
    name, port = _split_host(asked)
    match to:
        case "loop":
            return f"http://{name}{port}{asked.path}"
        case "other-host":
            return f"http://{_find_other_name(name, asked)}{port}{ATTACKER_JWKS_PATH}"
        case _:
            return f"http://{name}{port}{asked.path}?{REDIRECTED_QUERY}"


def _split_host(asked: Asked) -> tuple[str, str]:
    match = HOST.fullmatch(asked.host)
    if match is not None:
        return match["name"], match["port"] or ""
    return _bracket(asked.address[0]), f":{asked.address[1]}"


def _find_other_name(name: str, asked: Asked) -> str:
    """Return another spelling of this issuer's address that the client can reach.

    A name becomes the address at which the connection came in, and an address of loopback
    `localhost`; any other address becomes the machine's name, which is all that is known of it.
    """
    address = _bracket(asked.address[0])
    if name in _LOOPBACK:
        return _LOOPBACK[name]
    return address if name != address else socket.gethostname()


def _bracket(address: str) -> str:
    return f"[{address}]" if ":" in address else address
