# DEV-ONLY: never ship to production.
"""Access control of the admin surface.

Spec: RFC 6750 §2.1 and §3
"""

import secrets
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard


def build_admin_guard(admin_token: str | None) -> Guard:
    """Return a guard that rejects callers without *admin_token*.

    Without an *admin_token* it rejects only requests from web pages of other sites.
    """

    def require_admin(
        connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
    ) -> None:
        if connection.headers.get("sec-fetch-site") == "cross-site":
            raise PermissionDeniedException
        if admin_token is None:
            return
        scheme, _, given = connection.headers.get("authorization", "").partition(" ")
        is_known = secrets.compare_digest(given.strip().encode(), admin_token.encode())
        if scheme.lower() != "bearer" or not is_known:
            headers = {"WWW-Authenticate": 'Bearer realm="token-issuer"'}
            raise NotAuthorizedException(headers=headers)

    return require_admin
