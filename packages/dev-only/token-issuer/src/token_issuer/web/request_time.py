# DEV-ONLY: never ship to production.
"""When a request is answered."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from token_issuer.tokens.issuer import Issuer

if TYPE_CHECKING:
    from litestar.types import HTTPScope

_MOMENT_STATE: Final = "moment"


def read_request_time(issuer: Issuer, scope: "HTTPScope") -> datetime:
    """Read the issuer's clock once for a request: its `Expires` is counted from its `Date`."""
    moment: datetime | None = scope["state"].get(_MOMENT_STATE)
    if moment is None:
        moment = scope["state"][_MOMENT_STATE] = issuer.clock()
    return moment
