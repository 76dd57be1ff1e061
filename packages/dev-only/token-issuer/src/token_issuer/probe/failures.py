# DEV-ONLY: never ship to production.
"""Findings of targets that crash or hang because of a request that anyone can send."""

from typing import Final

from token_issuer.probe.results import Finding
from token_issuer.severity import Severity

_WHY: Final = "Anyone can send such a request repeatedly; no key is needed."
_REMEDY: Final = (
    "Respond with 401 to each token that is missing or cannot be read or verified, also if a "
    "library raises an unexpected error, and limit the length of the header field and the duration "
    "of a request."
)


def build_failure(check: str, title: str, severity: Severity = Severity.MEDIUM) -> Finding:
    """Return the finding of *check* that the target fails on a request."""
    return Finding(
        check=check,
        severity=severity,
        title=title,
        why=_WHY,
        remedy=_REMEDY,
        source="RFC 6750 §3.1, CWE-755",
        cause="failure",
    )
