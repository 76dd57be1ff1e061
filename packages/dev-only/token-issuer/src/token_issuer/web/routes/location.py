# DEV-ONLY: never ship to production.
"""Where a client finds the endpoints: as the settings say, or else as it came here."""

from typing import Any

from litestar import Request

from token_issuer.config.settings import Settings
from token_issuer.errors import InvalidInputError
from token_issuer.web.request_headers import find_host_url


def find_base_url(request: Request[Any, Any, Any], settings: Settings) -> str:
    """Return the base of the endpoints' URLs. The `iss` claim has nothing to do with it.

    Raises:
        InvalidInputError: the request names no host.
    """
    if settings.public_url is not None:
        return settings.public_url
    url = find_host_url(request.scope)
    if url is None:
        message = "Host: expected a host name and port, to tell where the endpoints are"
        raise InvalidInputError(message, "Host")
    return url
