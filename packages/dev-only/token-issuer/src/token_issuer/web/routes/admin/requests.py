# DEV-ONLY: never ship to production.
"""`/admin/requests`: the request log."""

from typing import Annotated, Any, Final

from litestar import delete, get
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.params import QueryParameter
from msgspec import Meta, Struct

from token_issuer.errors import InvalidInputError
from token_issuer.paths import ADMIN_REQUESTS_PATH
from token_issuer.request_log import LoggedRequest
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.routes.declarations import ADMIN_PROBLEMS, IssuerDependency

_FILTERS: Final = ("path", "limit")
_MAX_LIMIT: Final = 999_999_999

_PathFilter = Annotated[
    str | None,
    QueryParameter(
        description="List and count only requests for this path.",
        schema_extra={"one_of": None, "type": "string"},
    ),
]
# Text, since the error message of Litestar's own check names Python's types.
_Limit = Annotated[
    str | None,
    QueryParameter(
        description="The maximum number of requests to list; the latest are listed.",
        schema_extra={"one_of": None, "type": "integer", "minimum": 0, "maximum": _MAX_LIMIT},
    ),
]


class RequestList(Struct, frozen=True, kw_only=True):
    """The requests since the log was cleared, without those for /admin and the console."""

    count: Annotated[
        int, Meta(ge=0, description="The number of requests, including those no longer listed.")
    ]
    counts: Annotated[dict[str, int], Meta(description="The number of requests for each path.")]
    requests: Annotated[list[LoggedRequest], Meta(description="The latest requests, oldest first.")]


def reject_unknown_filters(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """Reject a request with a misspelt filter, which would list more than the client meant.

    Raises:
        InvalidInputError: a query parameter is unknown.
    """
    for name in connection.query_params:
        if name not in _FILTERS:
            message = f"unknown parameter '{name[:80]}'; known parameters: {', '.join(_FILTERS)}"
            raise InvalidInputError(message, name)


@get(
    ADMIN_REQUESTS_PATH,
    guards=[reject_unknown_filters],
    summary="List and count requests",
    responses=ADMIN_PROBLEMS,
)
async def list_requests(
    issuer: IssuerDependency, path: _PathFilter = None, limit: _Limit = None
) -> RequestList:
    """List the latest requests, of one path or of all, and count them.

    The main issuer lists the requests to all issuers, another one only those to itself.
    """
    return _describe(issuer, path, None if limit is None else _parse_limit(limit))


@delete(
    ADMIN_REQUESTS_PATH,
    guards=[reject_unknown_filters],
    summary="Clear the request log",
    status_code=200,
    responses=ADMIN_PROBLEMS,
)
async def clear_requests(issuer: IssuerDependency) -> RequestList:
    """Clear the request log of all issuers, and return the empty log."""
    issuer.requests.clear()
    return _describe(issuer)


def _parse_limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_MAX_LIMIT))):
        message = (
            f"limit: '{text[:40]}' is wrong: expected a number of requests, from 0 to {_MAX_LIMIT}"
        )
        raise InvalidInputError(message, "limit")
    return int(text)


def _describe(issuer: Issuer, path: str | None = None, limit: int | None = None) -> RequestList:
    name = issuer.name or None
    counts = issuer.requests.count_paths(name)
    return RequestList(
        count=sum(counts.values()) if path is None else counts.get(path, 0),
        counts=counts,
        requests=issuer.requests.list(path, issuer=name, limit=limit),
    )
