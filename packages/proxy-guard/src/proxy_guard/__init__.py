"""Boot-time guard: a proxy in production refuses to start against the dev-only token issuer.

Standard library only, and little of that: `enforce()` runs before everything else in production.
"""

from proxy_guard.errors import GuardRefusedError, ProxyGuardError
from proxy_guard.guard import check, enforce
from proxy_guard.report import Report
from proxy_guard.rules import Finding

__all__ = [
    "Finding",
    "GuardRefusedError",
    "ProxyGuardError",
    "Report",
    "check",
    "enforce",
]
