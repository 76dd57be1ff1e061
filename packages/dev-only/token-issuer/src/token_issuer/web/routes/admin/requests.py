# DEV-ONLY: never ship to production.
"""`/admin/requests`: what the issuer was asked."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import HttpMethod, Request, Response, route
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from token_issuer.errors import InvalidInputError
from token_issuer.request_log import RequestLog
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.routes.admin.bodies import answer
from token_issuer.web.routes.admin.schemas import RequestList

_FILTERS: Final = ("path", "limit")
_MAX_LIMIT_DIGITS: Final = 9


# One handler for both methods, as for the clock.
@route("/requests", http_method=[HttpMethod.GET, HttpMethod.DELETE], status_code=200)
async def handle_requests(
    request: Request[Any, Any, Any], issuer: NamedDependency[SkipValidation[Issuer]]
) -> Response[bytes]:
    """List the latest requests, of one path or of all, and count them; or forget them."""
    if request.method == HttpMethod.DELETE:
        issuer.requests.clear()
    return answer(_describe(issuer.requests, dict(request.query_params.items())))


def _describe(log: RequestLog, filters: Mapping[str, str]) -> RequestList:
    for name in filters:
        if name not in _FILTERS:
            message = f"unknown parameter '{name[:80]}'; known parameters: {', '.join(_FILTERS)}"
            raise InvalidInputError(message, name)
    path = filters.get("path")
    latest = log.list(path, limit=_read_limit(filters.get("limit")))
    return RequestList(count=log.count(path), counts=log.counts, requests=latest)


def _read_limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_LIMIT_DIGITS):
        message = f"limit: '{text[:40]}' is wrong: expected a number of requests"
        raise InvalidInputError(message, "limit")
    return int(text)
