# DEV-ONLY: never ship to production.
"""The hook that finishes the answers of the application."""

from collections.abc import Awaitable, Callable

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import Message, Scope

from token_issuer.tokens.issuer import Issuer
from token_issuer.web.common_headers import build_marks, record_request
from token_issuer.web.routes.admin.router import ADMIN_PREFIX
from token_issuer.web.routes.keys import VARY_STATE


def build_finisher(issuer: Issuer) -> Callable[[Message, Scope], Awaitable[None]]:
    """Return the hook that sees each answer last."""

    async def finish(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start" or scope["type"] != ScopeType.HTTP:
            return
        message["headers"] = [*message["headers"], *build_marks(issuer, scope)]
        vary = scope["state"].get(VARY_STATE)
        if vary is not None:
            MutableScopeHeaders.from_message(message)["Vary"] = vary
        if not scope["path"].startswith(f"{ADMIN_PREFIX}/"):
            record_request(issuer, scope, message["status"])

    return finish
