# DEV-ONLY: never ship to production.
"""A request as a plain value, the same on both paths.

Spec: RFC 9110 §5.3 and §7.2
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from token_issuer.faults.registry import ActiveFaults
from token_issuer.web.asgi import Scope

HOST: Final = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?P<port>:[0-9]{1,5})?")
"""A host name or address (IPv6 in brackets) with an optional port."""
_SLASHES: Final = re.compile("/{2,}")


class Request(Struct, frozen=True, kw_only=True):
    """All that a handler may know of a request.

    Attributes:
        method: In upper case.
        path: As the router reads it: `//token/` is `/token`.
        query: The query string, still encoded.
        fields: The header fields, with names in lower case.
        scheme: `http` or `https`.
        address: The address and port on which the connection came in.
        time: When the request is answered, by the issuer's clock. It is read once for a request:
            `Expires` is computed from the same time as `Date`.
        body: Empty if the handler does not read it.
        faults: The faults that strike the request.
    """

    method: str
    path: str
    query: bytes
    fields: Sequence[tuple[bytes, bytes]]
    scheme: str
    address: tuple[str, int | None]
    time: datetime
    body: bytes = b""
    faults: ActiveFaults | None = None

    def get_field(self, name: bytes) -> str:
        """Return the first value of a field; empty if the request lacks it."""
        for key, value in self.fields:
            if key == name:
                return value.decode("latin-1")
        return ""

    def join_field(self, name: bytes) -> str:
        """Return all values of a field as one list."""
        return b",".join([value for key, value in self.fields if key == name]).decode("latin-1")

    @property
    def host_url(self) -> str | None:
        """The base URL under which the client reaches the issuer; None without a valid `Host`."""
        host = self.get_field(b"host")
        return f"{self.scheme}://{host}" if HOST.fullmatch(host) else None


def build_request(scope: Scope, time: datetime, body: bytes = b"") -> Request:
    """Read a request from its ASGI scope."""
    return Request(
        method=scope["method"],
        path=_normalize_path(scope["path"]),
        query=scope["query_string"],
        fields=scope["headers"],
        scheme=scope["scheme"],
        address=scope["server"] or ("127.0.0.1", None),
        time=time,
        body=body,
    )


def _normalize_path(path: str) -> str:
    if "//" not in path and not path.endswith("/"):
        return path
    return _SLASHES.sub("/", path).rstrip("/") or "/"
