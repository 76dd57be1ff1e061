# DEV-ONLY: never ship to production.
"""The Litestar application: its routes, error handling and CORS."""

from typing import Any, Final

from litestar import Litestar, Request
from litestar.config.cors import CORSConfig
from litestar.datastructures import ResponseHeader
from litestar.di import Provide
from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.config.settings import Settings
from token_issuer.google.providers import Providers
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.asgi import ISSUER_STATE
from token_issuer.web.routes.admin.router import build_admin_router
from token_issuer.web.routes.api_reference import get_api_reference
from token_issuer.web.routes.attacker import get_attacker_certificate, get_attacker_jwks
from token_issuer.web.routes.console import get_console_file, get_root
from token_issuer.web.routes.defects import get_defect, list_defects
from token_issuer.web.routes.discovery import (
    get_authorization_server_metadata,
    get_discovery_document,
)
from token_issuer.web.routes.exception_handlers import EXCEPTION_HANDLERS
from token_issuer.web.routes.faults import answer_before_handler
from token_issuer.web.routes.health import get_health
from token_issuer.web.routes.logins import build_login_routes
from token_issuer.web.routes.machines import build_machine_routes
from token_issuer.web.routes.openapi import StructSchemas, build_openapi_config
from token_issuer.web.routes.table import build_table_routes
from token_issuer.web.routes.tokeninfo import get_token_info, post_token_info

_LOCALHOST_ORIGINS: Final = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?"

_DEV_MARK: Final = ResponseHeader(HEADER_NAME, value=HEADER_VALUE, documentation_only=True)
"""Documents the header, which the middleware adds."""


def create_app(settings: Settings, providers: Providers) -> Litestar:
    """Build the Litestar application, for all issuers. The caller wraps it in `Middleware`.

    Args:
        settings: The settings of the process.
        providers: The providers of the logins of the issuers.
    """
    structs = StructSchemas()
    return Litestar(
        route_handlers=[
            *build_table_routes(providers),
            *build_login_routes(providers),
            *build_machine_routes(providers),
            get_root,
            get_console_file,
            get_api_reference,
            get_discovery_document,
            get_authorization_server_metadata,
            get_token_info,
            post_token_info,
            list_defects,
            get_defect,
            get_attacker_jwks,
            get_attacker_certificate,
            get_health,
            *([build_admin_router(settings)] if settings.has_admin else ()),
        ],
        dependencies={
            "issuer": Provide(_provide_issuer),
            "providers": Provide(lambda: providers, sync_to_thread=False),
        },
        before_request=answer_before_handler,
        exception_handlers=EXCEPTION_HANDLERS,
        response_headers=[_DEV_MARK],
        cors_config=_build_cors_config(settings),
        plugins=[structs],
        openapi_config=build_openapi_config(structs),
        logging_config=None,
    )


async def _provide_issuer(request: Request[Any, Any, Any]) -> Issuer:
    issuer: Issuer = request.scope["state"][ISSUER_STATE]
    return issuer


def _build_cors_config(settings: Settings) -> CORSConfig:
    return CORSConfig(
        allow_origins=list(settings.cors_origins),
        allow_origin_regex=None if settings.cors_origins else _LOCALHOST_ORIGINS,
        allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
        expose_headers=[HEADER_NAME],
    )
