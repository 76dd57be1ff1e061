# DEV-ONLY: never ship to production.
"""The web application: routes, CORS, the dev mark on each answer, and errors as documents."""

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.types import Message, Scope
from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.issuing import Issuer
from token_issuer.routes.errors import EXCEPTION_HANDLERS
from token_issuer.routes.health import get_health
from token_issuer.routes.keys import get_jwks
from token_issuer.routes.openapi import get_openapi_document
from token_issuer.routes.token import mint_token
from token_issuer.settings import Settings

_LOCALHOST_ORIGINS = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?"


def create_app(issuer: Issuer) -> Litestar:
    """Build the application around *issuer*."""

    async def provide_issuer() -> Issuer:
        return issuer

    return Litestar(
        route_handlers=[mint_token, get_jwks, get_health, get_openapi_document],
        dependencies={"issuer": Provide(provide_issuer)},
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[_add_dev_mark],
        cors_config=_build_cors_config(issuer.settings),
        openapi_config=None,
        logging_config=None,
    )


def _build_cors_config(settings: Settings) -> CORSConfig:
    return CORSConfig(
        allow_origins=list(settings.cors_origins),
        allow_origin_regex=None if settings.cors_origins else _LOCALHOST_ORIGINS,
        allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
        expose_headers=[HEADER_NAME],
    )


async def _add_dev_mark(message: Message, _: Scope) -> None:
    if message["type"] == "http.response.start":
        MutableScopeHeaders.from_message(message)[HEADER_NAME] = HEADER_VALUE
