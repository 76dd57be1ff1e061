# DEV-ONLY: never ship to production.
"""The handlers of logins, by method and path; the Litestar routes are built from these tables."""

from collections.abc import Callable, Mapping
from typing import Final

from token_issuer.oauth.provider import Provider
from token_issuer.paths import (
    AUTHORIZE_PATHS,
    DEVICE_AUTHORIZATION_PATH,
    DEVICE_PATH,
    INTROSPECTION_PATH,
    LOGIN_PATH,
    LOGOUT_PATH,
    REVOCATION_PATH,
    USERINFO_PATHS,
)
from token_issuer.web.handlers import Method
from token_issuer.web.logins import endpoints, pages
from token_issuer.web.request import Request
from token_issuer.web.response import RawResponse

LoginHandler = Callable[[Provider, Request], RawResponse]

ENDPOINTS: Final[Mapping[tuple[Method, str], LoginHandler]] = {
    **{("GET", path): endpoints.get_user_info for path in USERINFO_PATHS},
    **{("POST", path): endpoints.get_user_info for path in USERINFO_PATHS},
    ("POST", INTROSPECTION_PATH): endpoints.introspect_token,
    ("POST", REVOCATION_PATH): endpoints.revoke_token,
    ("POST", DEVICE_AUTHORIZATION_PATH): endpoints.authorize_device,
}
"""The endpoints that clients call; their errors are JSON."""

PAGES: Final[Mapping[tuple[Method, str], LoginHandler]] = {
    **{("GET", path): pages.authorize for path in AUTHORIZE_PATHS},
    **{("POST", path): pages.authorize for path in AUTHORIZE_PATHS},
    ("POST", LOGIN_PATH): pages.decide,
    ("GET", LOGOUT_PATH): pages.log_out,
    ("POST", LOGOUT_PATH): pages.log_out,
    ("GET", DEVICE_PATH): pages.show_device_form,
    ("POST", DEVICE_PATH): pages.begin_device_login,
}
"""The pages that browsers visit; their errors are pages."""
