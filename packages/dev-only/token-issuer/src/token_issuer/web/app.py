# DEV-ONLY: never ship to production.
"""The web application: routes, CORS, and what goes for each answer."""

from typing import Final

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.di import Provide
from proxy_guard.dev_marks import HEADER_NAME

from token_issuer.config.settings import Settings
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.routes.admin.access import ADMIN_TOKEN_STATE
from token_issuer.web.routes.admin.router import build_admin_router
from token_issuer.web.routes.attacker import get_attacker_certificate, get_attacker_jwks
from token_issuer.web.routes.defects import get_defect, get_defects
from token_issuer.web.routes.discovery import get_discovery_document
from token_issuer.web.routes.errors import EXCEPTION_HANDLERS
from token_issuer.web.routes.finishing import build_finisher
from token_issuer.web.routes.health import get_health
from token_issuer.web.routes.keys import get_certificates, get_jwks
from token_issuer.web.routes.openapi.document import get_openapi_document
from token_issuer.web.routes.token import mint_token
from token_issuer.web.routes.tokeninfo import get_token_info

_LOCALHOST_ORIGINS: Final = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?"


def create_app(issuer: Issuer) -> Litestar:
    """Build the application around *issuer*."""
    settings = issuer.settings

    async def provide_issuer() -> Issuer:
        return issuer

    return Litestar(
        route_handlers=[
            mint_token,
            get_jwks,
            get_certificates,
            get_discovery_document,
            get_token_info,
            get_defects,
            get_defect,
            get_attacker_jwks,
            get_attacker_certificate,
            get_health,
            get_openapi_document,
            *([build_admin_router()] if settings.has_admin else ()),
        ],
        dependencies={"issuer": Provide(provide_issuer)},
        state=State({ADMIN_TOKEN_STATE: settings.admin_token}),
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[build_finisher(issuer)],
        cors_config=_build_cors_config(settings),
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
