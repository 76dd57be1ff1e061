# DEV-ONLY: never ship to production.
"""The admin surface: controls and inspection for tests. The discovery document does not name it."""

from typing import Final

from litestar import Router

from token_issuer.config.settings import Settings
from token_issuer.web.routes.admin.access import build_admin_guard
from token_issuer.web.routes.admin.clients import list_clients, put_client, remove_client
from token_issuer.web.routes.admin.clock import read_clock, reset_clock, turn_clock
from token_issuer.web.routes.admin.faults import (
    add_fault,
    list_faults,
    remove_fault,
    reset_faults,
    set_faults,
)
from token_issuer.web.routes.admin.inspection import inspect_text
from token_issuer.web.routes.admin.json_request import JsonRequest
from token_issuer.web.routes.admin.keys import list_keys, remove_key, rotate_keys
from token_issuer.web.routes.admin.logins import clear_logins, list_logins, plan_login
from token_issuer.web.routes.admin.profiles import list_profiles
from token_issuer.web.routes.admin.requests import clear_requests, list_requests
from token_issuer.web.routes.admin.service_accounts import (
    list_service_accounts,
    put_service_account,
    remove_service_account,
)
from token_issuer.web.routes.admin.users import list_users, put_user, remove_user
from token_issuer.web.routes.declarations import NO_STORE
from token_issuer.web.routes.openapi import ADMIN_SECURITY

_MAX_BODY_BYTES: Final = 16 * 1024


def build_admin_router(settings: Settings) -> Router:
    """Build the router of all paths below `/admin`; *settings* define the permitted callers."""
    return Router(
        "/",  # each route names its whole path
        route_handlers=[
            list_keys,
            rotate_keys,
            remove_key,
            read_clock,
            turn_clock,
            reset_clock,
            list_faults,
            set_faults,
            add_fault,
            remove_fault,
            reset_faults,
            list_profiles,
            list_requests,
            clear_requests,
            inspect_text,
            list_users,
            put_user,
            remove_user,
            list_clients,
            put_client,
            remove_client,
            list_logins,
            plan_login,
            clear_logins,
            list_service_accounts,
            put_service_account,
            remove_service_account,
        ],
        guards=[build_admin_guard(settings)],
        request_class=JsonRequest,
        request_max_body_size=_MAX_BODY_BYTES,
        response_headers=NO_STORE,
        security=ADMIN_SECURITY,
        tags=["admin"],
    )
