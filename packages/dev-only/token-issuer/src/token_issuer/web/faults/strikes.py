# DEV-ONLY: never ship to production.
"""The faults that strike a request, kept in the state of its scope."""

from typing import TYPE_CHECKING, Final

from token_issuer.faults.registry import Strike

if TYPE_CHECKING:
    from litestar.types import HTTPScope

STRIKE_STATE: Final = "strike"
"""The key in the state of a scope."""


def find_strike(scope: "HTTPScope") -> Strike | None:
    """Return the faults that strike a request."""
    strike: Strike | None = scope["state"].get(STRIKE_STATE)
    return strike
