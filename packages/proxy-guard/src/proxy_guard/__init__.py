"""Guard of a proxy: in production it refuses the dev-only token issuer, at boot and while running.

Standard library only, and little of that: `enforce()` runs before everything else in production.
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
