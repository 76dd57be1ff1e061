# DEV-ONLY: never ship to production.
"""`/admin/requests`: the log of requests."""

from typing import Annotated, Any, Final

from litestar import delete, get
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.params import QueryParameter
from msgspec import Meta, Struct

from token_issuer.errors import InvalidInputError
from token_issuer.request_log import LoggedRequest, RequestLog
from token_issuer.web.routes.declarations import ADMIN_PROBLEMS, IssuerDependency

_FILTERS: Final = ("path", "limit")

PathFilter = Annotated[str | None, QueryParameter(description="Only requests for this path.")]
Limit = Annotated[
    int | None,
    QueryParameter(description="At most this many, the latest.", ge=0, le=999_999_999),
]


class RequestList(Struct, frozen=True, kw_only=True):
    """The requests since the log was cleared, without those for /admin."""

    count: Annotated[int, Meta(ge=0, description="All of them, also those no longer listed.")]
    counts: Annotated[dict[str, int], Meta(description="How many for each path.")]
    requests: Annotated[list[LoggedRequest], Meta(description="The latest, oldest first.")]


def reject_unknown_filters(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """Reject a request with a misspelt filter: it would list too much.

    Raises:
        InvalidInputError: a query parameter is unknown.
    """
    for name in connection.query_params:
        if name not in _FILTERS:
            message = f"unknown parameter '{name[:80]}'; known parameters: {', '.join(_FILTERS)}"
            raise InvalidInputError(message, name)


@get(
    "/requests",
    guards=[reject_unknown_filters],
    summary="List and count requests",
    responses=ADMIN_PROBLEMS,
)
async def list_requests(
    issuer: IssuerDependency, path: PathFilter = None, limit: Limit = None
) -> RequestList:
    """List the latest requests, of one path or of all, and count them."""
    return _describe(issuer.requests, path, limit)


@delete(
    "/requests",
    guards=[reject_unknown_filters],
    summary="Forget all requests",
    status_code=200,
    responses=ADMIN_PROBLEMS,
)
async def forget_requests(issuer: IssuerDependency) -> RequestList:
    """Forget all requests, and list the empty log."""
    issuer.requests.clear()
    return _describe(issuer.requests)


def _describe(log: RequestLog, path: str | None = None, limit: int | None = None) -> RequestList:
    latest = log.list(path, limit=limit)
    return RequestList(count=log.count(path), counts=log.counts, requests=latest)
