# DEV-ONLY: never ship to production.
"""An HTTP request as a value, the same on the fast path and the full path.

Spec: RFC 9110 §5.3 and §7.2
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from token_issuer.faults.registry import ActiveFaults
from token_issuer.issuers.issuers import Place
from token_issuer.web.asgi import Scope

HOST: Final = re.compile(
    r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,255})(?P<port>:[0-9]{1,5})?"
)
"""A host name or address (IPv6 in brackets) with an optional port.

A host name has at most 255 characters (RFC 1123 §2.1).
"""


class Request(Struct, frozen=True, kw_only=True):
    """The parts of a request that handlers use.

    Attributes:
        method: In upper case.
        url_path: The path, normalized like Litestar's router does: `//token/` is `/token`.
        prefix: The part of `url_path` before that of the endpoint; empty for the main issuer.
        path: The rest of `url_path`, which is the path of an endpoint.
        query: The query string, still encoded.
        fields: The header fields, with names in lower case.
        scheme: `http` or `https`.
        address: The address and port on which the connection came in.
        time: The time of the response by the issuer's clock. `Date`, `Expires` and the claims of
            a token agree, since they are all computed from it.
        body: The body; empty if the handler does not read one.
        faults: The faults that affect the request; None if there are none.
    """

    method: str
    url_path: str
    prefix: str
    path: str
    query: bytes
    fields: Sequence[tuple[bytes, bytes]]
    scheme: str
    address: tuple[str, int | None]
    time: datetime
    body: bytes = b""
    faults: ActiveFaults | None = None

    def get_field(self, name: bytes) -> str:
        """Return the first value of a field; an empty string if the request lacks the field."""
        for key, value in self.fields:
            if key == name:
                return value.decode("latin-1")
        return ""

    def join_field(self, name: bytes) -> str:
        """Return all values of a field, joined by commas."""
        return b",".join([value for key, value in self.fields if key == name]).decode("latin-1")

    @property
    def base_url(self) -> str | None:
        """The base URL by which the client reaches the issuer; None without a valid `Host`."""
        host = self.get_field(b"host")
        return f"{self.scheme}://{host}{self.prefix}" if HOST.fullmatch(host) else None


def build_request(
    scope: Scope, place: Place, url_path: str, time: datetime, body: bytes = b""
) -> Request:
    """Build a request from its ASGI scope.

    Args:
        scope: The scope.
        place: The issuer and the endpoint of *url_path*.
        url_path: The normalized path.
        time: The time of the response.
        body: The body, for a handler that reads one.
    """
    return Request(
        method=scope["method"],
        url_path=url_path,
        prefix=place.prefix,
        path=place.path,
        query=scope["query_string"],
        fields=scope["headers"],
        scheme=scope["scheme"],
        address=scope["server"] or ("127.0.0.1", None),
        time=time,
        body=body,
    )
