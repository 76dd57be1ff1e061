# DEV-ONLY: never ship to production.
"""The admin surface: what a test turns, and what it asks afterwards. Clients are not told of it."""

from typing import Final

from litestar import Router

from token_issuer.web.routes.admin.access import require_admin
from token_issuer.web.routes.admin.clock import handle_clock
from token_issuer.web.routes.admin.faults import handle_faults
from token_issuer.web.routes.admin.keys import list_keys, remove_key, rotate_keys
from token_issuer.web.routes.admin.requests import handle_requests

ADMIN_PREFIX: Final = "/admin"


def build_admin_router() -> Router:
    """Collect the endpoints below `/admin`, all behind the same guard."""
    return Router(
        ADMIN_PREFIX,
        route_handlers=[
            list_keys,
            rotate_keys,
            remove_key,
            handle_clock,
            handle_faults,
            handle_requests,
        ],
        guards=[require_admin],
    )
