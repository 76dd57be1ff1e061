# DEV-ONLY: never ship to production.
"""Applied to every response: the dev-only header, a `Date` from the issuer's clock, a log entry."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.paths import ADMIN_PREFIX, CONSOLE_PREFIX, ROOT_PATH
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.caching import format_http_date
from token_issuer.web.negotiation import prefers_page
from token_issuer.web.request import Request
from token_issuer.web.response import Field, encode_fields

_PREFIXES: Final = (f"{ADMIN_PREFIX}/", f"{CONSOLE_PREFIX}/")


def build_common_fields(time: datetime) -> tuple[Field, ...]:
    """Return the header fields of every response at *time*."""
    return _build_fields(int(time.timestamp()))


def record_request(issuer: Issuer, request: Request, status: int) -> None:
    """Log a request to *issuer* and the status of its response.

    Requests for `/admin`, and those of a browser for the console and its files, are left out.
    """
    if _is_of_console(request):
        return
    issuer.requests.record(
        at=datetime.now(UTC),
        issuer=issuer.name,
        method=request.method,
        path=_get_logged_path(issuer, request),
        status=int(status),  # an HTTPStatus would print as such
        user_agent=request.get_field(b"user-agent"),
        host=request.get_field(b"host"),
        faults=() if request.faults is None else request.faults.kinds,
    )


def _is_of_console(request: Request) -> bool:
    path = request.path
    if path == ROOT_PATH:
        return prefers_page(request)
    return path == ADMIN_PREFIX or path.startswith(_PREFIXES)


def _get_logged_path(issuer: Issuer, request: Request) -> str:
    """Return the path below the issuer, whether or not a gateway removed that of the public URL."""
    if request.prefix == issuer.path or request.url_path != request.prefix + request.path:
        return request.url_path
    return issuer.path + request.path


@lru_cache(maxsize=2)
def _build_fields(second: int) -> tuple[Field, ...]:
    date = format_http_date(datetime.fromtimestamp(second, UTC))
    return encode_fields({HEADER_NAME: HEADER_VALUE, "Date": date})
