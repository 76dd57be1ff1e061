# DEV-ONLY: never ship to production.
"""Where a client finds the endpoints: as the settings say, or else as it came here."""

from typing import Any

from litestar import Request

from token_issuer.errors import TokenRequestError
from token_issuer.hosts import HOST
from token_issuer.settings import Settings


def find_base_url(request: Request[Any, Any, Any], settings: Settings) -> str:
    """Return the base of the endpoints' URLs. The `iss` claim has nothing to do with it.

    Raises:
        TokenRequestError: the request names no host.
    """
    if settings.public_url is not None:
        return settings.public_url
    url = find_host_url(request)
    if url is None:
        msg = "Host: expected a host name and port, to tell where the endpoints are"
        raise TokenRequestError(msg, "Host")
    return url


def find_host_url(request: Request[Any, Any, Any]) -> str | None:
    """Return the base URL by which the request came here; None where it names no host."""
    host = request.headers.get("host", "")
    return f"{request.scope['scheme']}://{host}" if HOST.fullmatch(host) else None
