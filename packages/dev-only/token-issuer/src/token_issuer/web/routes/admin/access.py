# DEV-ONLY: never ship to production.
"""Who may use the admin surface.

Spec: RFC 6750 §2.1 and §3
"""

import secrets
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler

ADMIN_TOKEN_STATE: Final = "admin_token"  # noqa: S105  # a name, not a secret


def require_admin(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """Let those in who know the secret; where there is none, all but other sites' web pages.

    Raises:
        NotAuthorizedException: the secret is missing or wrong.
        PermissionDeniedException: a browser says that a page of another site sends the request.
    """
    if connection.headers.get("sec-fetch-site") == "cross-site":
        raise PermissionDeniedException
    expected: str | None = connection.app.state[ADMIN_TOKEN_STATE]
    if expected is None:
        return
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    is_known = secrets.compare_digest(given.strip().encode(), expected.encode())
    if scheme.lower() != "bearer" or not is_known:
        raise NotAuthorizedException(headers={"WWW-Authenticate": 'Bearer realm="token-issuer"'})
