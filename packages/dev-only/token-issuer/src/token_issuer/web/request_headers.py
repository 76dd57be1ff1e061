# DEV-ONLY: never ship to production.
"""What is read from the header of a request."""

from typing import TYPE_CHECKING

from token_issuer.web.hosts import HOST

if TYPE_CHECKING:
    from litestar.types import HTTPScope


def read_field(scope: "HTTPScope", name: bytes) -> str:
    """Return the first value of a field; empty where there is none."""
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return ""


def read_list(scope: "HTTPScope", name: bytes) -> str:
    """Return all values of a field, as if they had come in one line.

    Spec: RFC 9110 §5.3
    """
    return b",".join([value for key, value in scope["headers"] if key == name]).decode("latin-1")


def find_host_url(scope: "HTTPScope") -> str | None:
    """Return the base URL by which the request came here; None where it names no host."""
    host = read_field(scope, b"host")
    return f"{scope['scheme']}://{host}" if HOST.fullmatch(host) else None
