# DEV-ONLY: never ship to production.
"""Targets of redirect faults: the same host, another name of the host, or the requested URL."""

import socket
from typing import Final

from token_issuer.key_documents import find_key_document
from token_issuer.paths import ATTACKER_JWKS_PATH
from token_issuer.web.request import HOST, Request

REDIRECTED_QUERY: Final = b"redirected"
"""The query of a URL that `same-host` redirects to. A request with it is not redirected again."""
_LOOPBACK: Final = {"127.0.0.1": "localhost", "[::1]": "localhost"}


def build_location(to: str, request: Request) -> str:
    """Return the `Location` of a redirect *to* `same-host`, `other-host` or `loop`."""
    (name, port), scheme = _split_host(request), request.scheme
    query = REDIRECTED_QUERY.decode()
    match to:
        case "loop":
            return f"{scheme}://{name}{port}{request.url_path}"
        case "other-host":
            other_name = _find_other_name(name, request)
            is_for_keys = find_key_document(request.path) is not None
            target = ATTACKER_JWKS_PATH if is_for_keys else f"{request.path}?{query}"
            return f"{scheme}://{other_name}{port}{request.prefix}{target}"
        case _:
            return f"{scheme}://{name}{port}{request.url_path}?{query}"


def _split_host(request: Request) -> tuple[str, str]:
    match = HOST.fullmatch(request.get_field(b"host"))
    if match is not None:
        return match["name"], match["port"] or ""
    return _bracket(request.address[0]), f":{request.address[1]}"


def _find_other_name(name: str, request: Request) -> str:
    """Return another host name or address by which the client can reach this issuer.

    If *name* is a loopback address, the result is `localhost`. Otherwise, it is the address that
    received the connection, or the host name of this machine if *name* is that address.
    """
    address = _bracket(request.address[0])
    if name in _LOOPBACK:
        return _LOOPBACK[name]
    return address if name != address else socket.gethostname()


def _bracket(address: str) -> str:
    return f"[{address}]" if ":" in address else address
