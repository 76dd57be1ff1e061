# DEV-ONLY: never ship to production.
"""The base URLs of an issuer, for the endpoints that responses name."""

from urllib.parse import urlsplit

from token_issuer.errors import InvalidInputError
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.request import Request


def get_client_url(issuer: Issuer, request: Request) -> str:
    """Return the base URL by which clients reach *issuer*: that of the settings or of *request*.

    Raises:
        InvalidInputError: the settings name no URL, and the request has no valid `Host`.
    """
    url = issuer.settings.public_url or request.base_url
    if url is None:
        message = (
            "Host: expected HOST or HOST:PORT, for the URLs of the endpoints; send a valid Host"
        )
        raise InvalidInputError(message, "Host")
    return url


def get_browser_url(issuer: Issuer, request: Request) -> str:
    """Return the base URL by which browsers reach *issuer*.

    Raises:
        InvalidInputError: as for `get_client_url`.
    """
    return issuer.settings.browser_url or get_client_url(issuer, request)


def get_browser_path(issuer: Issuer, request: Request, path: str) -> str:
    """Return the URL path by which a page links to *path*, or sends a form to it.

    A gateway may change the path: the URL `https://gateway.test/auth/staff` may arrive as `/staff`.
    If a request has no more than the path of *issuer*, that of the configured URL is returned.
    """
    settings = issuer.settings
    url = settings.browser_url or settings.public_url
    if url is None or request.prefix != issuer.path:
        return request.prefix + path
    return urlsplit(url).path.rstrip("/") + path
