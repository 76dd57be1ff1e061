# DEV-ONLY: never ship to production.
"""The Litestar routes of machines, built from the table of handlers."""

from functools import partial

from litestar.handlers import HTTPRouteHandler

from token_issuer.google.providers import Providers
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.google.handlers import MACHINE_HANDLERS, MachineHandler
from token_issuer.web.request import Request
from token_issuer.web.response import DeferredResponse
from token_issuer.web.routes.table import build_route, require_one_process


def build_machine_routes(providers: Providers) -> list[HTTPRouteHandler]:
    """Return a route for each handler of machines."""
    return [
        build_route(method, path, partial(_defer, handle, providers), providers)
        for (method, path), handle in MACHINE_HANDLERS.items()
    ]


def _defer(
    handle: MachineHandler, providers: Providers, issuer: Issuer, request: Request
) -> DeferredResponse:
    require_one_process(issuer, "machines get no tokens")
    return partial(handle, providers, issuer, request)
