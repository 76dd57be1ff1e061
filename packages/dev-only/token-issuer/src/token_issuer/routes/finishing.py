# DEV-ONLY: never ship to production.
"""What goes for each answer: the dev mark, the date of the issuer's clock, an entry in the log."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import lru_cache

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import HTTPScope, Message, Scope
from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.caching import format_http_date
from token_issuer.faults.layer import find_strike
from token_issuer.issuing import Issuer
from token_issuer.routes.admin import ADMIN_PREFIX
from token_issuer.routes.keys import MOMENT_STATE, VARY_STATE


def build_finisher(issuer: Issuer) -> Callable[[Message, Scope], Awaitable[None]]:
    """Return the hook that sees each answer last."""

    async def finish(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start" or scope["type"] != ScopeType.HTTP:
            return
        headers = MutableScopeHeaders.from_message(message)
        headers[HEADER_NAME] = HEADER_VALUE
        moment = scope["state"].get(MOMENT_STATE) or issuer.clock()
        headers["Date"] = _format_second(int(moment.timestamp()))
        vary = scope["state"].get(VARY_STATE)
        if vary is not None:
            headers["Vary"] = vary
        if not scope["path"].startswith(f"{ADMIN_PREFIX}/"):
            _record(issuer, scope, message["status"])

    return finish


def _record(issuer: Issuer, scope: HTTPScope, status: int) -> None:
    strike = find_strike(scope)
    issuer.requests.record(
        at=datetime.now(UTC),
        method=scope["method"],
        path=scope["path"],
        status=status,
        user_agent=_read_header(scope, b"user-agent"),
        host=_read_header(scope, b"host"),
        faults=() if strike is None else strike.kinds,
    )


def _read_header(scope: HTTPScope, name: bytes) -> str:
    return next((value for key, value in scope["headers"] if key == name), b"").decode("latin-1")


@lru_cache(maxsize=2)
def _format_second(second: int) -> str:
    return format_http_date(datetime.fromtimestamp(second, UTC))
