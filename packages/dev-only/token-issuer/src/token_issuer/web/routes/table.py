# DEV-ONLY: never ship to production.
"""The Litestar routes of handlers, such as those of `POST /token` and the key documents."""

from functools import partial
from http import HTTPStatus
from typing import Any

from litestar import Request, route
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from msgspec.structs import replace

from token_issuer.google.providers import Providers
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.asgi import ISSUER_STATE, REQUEST_STATE, VARY_STATE
from token_issuer.web.errors import HttpError
from token_issuer.web.google.endpoints import exchange_assertion
from token_issuer.web.handlers import HANDLERS, MAX_BODY_BYTES, Handler, Method
from token_issuer.web.logins.endpoints import exchange_grant
from token_issuer.web.response import RawResponse
from token_issuer.web.token_endpoint import Flow


def build_table_routes(providers: Providers) -> list[HTTPRouteHandler]:
    """Return a route for each handler of the table; *providers* have the tokens of flows."""
    return [
        build_route(method, path, handler, providers)
        for (method, path), handler in HANDLERS.items()
    ]


def build_route(
    method: Method, path: str, handle: Handler, providers: Providers
) -> HTTPRouteHandler:
    """Return the route of a handler; *providers* respond if it returns a flow."""

    @route(
        path,
        http_method=method,
        status_code=200,
        request_max_body_size=MAX_BODY_BYTES,
        include_in_schema=False,  # the module openapi describes it
    )
    async def answer(request: Request[Any, Any, Any]) -> RawResponse:
        state = request.scope["state"]
        issuer = state[ISSUER_STATE]
        body = await request.body() if method == "POST" else b""
        handled = replace(state[REQUEST_STATE], time=issuer.clock(), body=body)
        state[REQUEST_STATE] = handled
        response = handle(issuer, handled)
        if response is Flow.LOGIN:
            return exchange_grant(providers.find(issuer.name), handled)
        if response is Flow.MACHINE:
            response = partial(exchange_assertion, providers, issuer, handled)
        if not isinstance(response, RawResponse):
            response = await sync_to_thread(response)
        vary = dict(response.fields).get(b"vary", b"")
        if b"Origin" in vary:
            state[VARY_STATE] = vary
        return response

    return answer


def require_one_process(issuer: Issuer, problem: str) -> None:
    """Reject a request whose state, such as a login, would exist in one of several processes only.

    Args:
        issuer: The issuer.
        problem: What does not work, for the message.

    Raises:
        HttpError: several processes serve the issuer.
    """
    if not issuer.settings.is_alone:
        message = (
            f"{problem}, because several processes serve the issuer, and each of them would know "
            "only a part of the logins and tokens; unset TOKEN_ISSUER_WORKERS and "
            "TOKEN_ISSUER_REPLICAS"
        )
        raise HttpError(HTTPStatus.NOT_FOUND, message)
