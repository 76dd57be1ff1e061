# DEV-ONLY: never ship to production.
"""What goes for each answer: the dev mark, the date of the issuer's clock, an entry in the log."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.tokens.issuer import Issuer
from token_issuer.web.caching import format_http_date
from token_issuer.web.faults.strikes import find_active_faults
from token_issuer.web.request_headers import read_field
from token_issuer.web.request_time import read_request_time
from token_issuer.web.responses import Field, encode_fields

if TYPE_CHECKING:
    from litestar.types import HTTPScope


def build_marks(issuer: Issuer, scope: "HTTPScope") -> tuple[Field, ...]:
    """Return the fields that each answer bears."""
    return _build_marks(int(read_request_time(issuer, scope).timestamp()))


def record_request(issuer: Issuer, scope: "HTTPScope", status: int) -> None:
    """Enter a request in the log, as it was answered."""
    strike = find_active_faults(scope)
    issuer.requests.record(
        at=datetime.now(UTC),
        method=scope["method"],
        path=scope["path"],
        status=status,
        user_agent=read_field(scope, b"user-agent"),
        host=read_field(scope, b"host"),
        faults=() if strike is None else strike.kinds,
    )


@lru_cache(maxsize=2)
def _build_marks(second: int) -> tuple[Field, ...]:
    date = format_http_date(datetime.fromtimestamp(second, UTC))
    return encode_fields({HEADER_NAME: HEADER_VALUE, "Date": date})
