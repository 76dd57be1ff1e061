# DEV-ONLY: never ship to production.
"""The faults that strike a request, kept in the state of its scope."""

from typing import TYPE_CHECKING, Final

from token_issuer.faults.registry import ActiveFaults

if TYPE_CHECKING:
    from litestar.types import HTTPScope

ACTIVE_FAULTS_STATE: Final = "strike"
"""The key in the state of a scope."""


def find_active_faults(scope: "HTTPScope") -> ActiveFaults | None:
    """Return the faults that strike a request."""
    strike: ActiveFaults | None = scope["state"].get(ACTIVE_FAULTS_STATE)
    return strike
