# DEV-ONLY: never ship to production.
"""The Litestar routes of logins, built from the tables of handlers."""

from functools import partial

from litestar.handlers import HTTPRouteHandler

from token_issuer.google.providers import Providers
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.logins.handlers import ENDPOINTS, PAGES, LoginHandler
from token_issuer.web.logins.pages import answer_with_page
from token_issuer.web.request import Request
from token_issuer.web.response import RawResponse
from token_issuer.web.routes.table import build_route, require_one_process


def build_login_routes(providers: Providers) -> list[HTTPRouteHandler]:
    """Return a route for each handler of logins."""
    pages = {key: partial(answer_with_page, handle) for key, handle in PAGES.items()}
    return [
        build_route(method, path, partial(_handle, handle, providers), providers)
        for handlers in (ENDPOINTS, pages)
        for (method, path), handle in handlers.items()
    ]


def _handle(
    handle: LoginHandler, providers: Providers, issuer: Issuer, request: Request
) -> RawResponse:
    require_one_process(issuer, "users cannot log in")
    return handle(providers.find(issuer.name), request)
