"""Guard that refuses the dev-only token issuer in production, at boot and at run time.

It imports few modules, all of the standard library, since `enforce()` runs first in production.
"""

from proxy_guard.errors import GuardRefusedError, ProxyGuardError
from proxy_guard.findings import Finding
from proxy_guard.guard import check, enforce
from proxy_guard.report import ProbeOutcome, Report
from proxy_guard.screening import screen_jwks, screen_key, screen_token

__all__ = [
    "Finding",
    "GuardRefusedError",
    "ProbeOutcome",
    "ProxyGuardError",
    "Report",
    "check",
    "enforce",
    "screen_jwks",
    "screen_key",
    "screen_token",
]
