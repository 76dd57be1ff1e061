"""The ASGI application: verify the bearer token, then forward the request."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from litestar import Litestar, MediaType, Request, Response, asgi, get
from litestar.datastructures import State
from litestar.types import ASGIApp, HTTPScope, Receive, Send

from reference_proxy.bearer import Authenticator
from reference_proxy.cors import CorsApp, is_preflight, keep_preflight_headers
from reference_proxy.errors import ProxyError, UpgradeUnsupportedError
from reference_proxy.forwarding import ClientDisconnectedError, connect_upstream
from reference_proxy.settings import Settings

HEALTH_PATH: Final = "/healthz"

logger = logging.getLogger(__name__)


def create_app(settings: Settings) -> ASGIApp:
    """Build the application; it opens its connections at start-up and closes them at shutdown."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        authenticator = Authenticator(settings)
        async with connect_upstream(settings) as upstream:
            app.state.update({"authenticator": authenticator, "upstream": upstream})
            yield

    app = Litestar(
        route_handlers=[health, proxy],
        lifespan=[lifespan],
        exception_handlers={ProxyError: handle_proxy_error},
        openapi_config=None,
        logging_config=None,
    )
    return CorsApp(app, settings.cors_origins) if settings.cors_origins else app


@get(HEALTH_PATH, media_type=MediaType.JSON, sync_to_thread=False)
def health() -> dict[str, str]:
    """Report that the process is running; needs no token and no upstream."""
    return {"status": "ok"}


@asgi("/", is_mount=True, copy_scope=True)
async def proxy(scope: HTTPScope, receive: Receive, send: Send) -> None:
    """Forward the request if its bearer token is valid, or if it is a CORS preflight."""
    state: State = scope["litestar_app"].state
    subject = None
    if is_preflight(scope):
        scope["headers"] = keep_preflight_headers(scope["headers"])
    else:
        token = await state.authenticator.authenticate(scope["headers"])
        subject = token.claims.get("sub")
        refuse_web_sockets(scope)
    try:
        await state.upstream.forward(scope, receive, send, subject=subject)
    except ClientDisconnectedError:
        logger.info("the client disconnected before its request was complete")


def refuse_web_sockets(scope: HTTPScope) -> None:
    """Reject a request that opens a WebSocket.

    Raises:
        UpgradeUnsupportedError: The request has the header field of the handshake (RFC 6455 §4.1).
    """
    if any(name == b"sec-websocket-key" for name, _ in scope["headers"]):
        message = "this proxy does not forward WebSockets: use a streamed response instead"
        raise UpgradeUnsupportedError(message)


def handle_proxy_error(
    _request: Request[object, object, State], error: ProxyError
) -> Response[bytes]:
    """Build the response for *error*: its status, headers and problem details."""
    return Response(
        error.encode_problem(),
        status_code=error.status,
        headers=error.headers,
        media_type="application/problem+json",
    )
