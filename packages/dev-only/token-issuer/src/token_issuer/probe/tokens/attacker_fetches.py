# DEV-ONLY: never ship to production.
"""The check that no token makes the target fetch a URL from that token."""

from collections.abc import Sequence
from typing import Final

from token_issuer.probe.results import Check, Finding, Outcome, Part
from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import CHECKS

ATTACKER_KEYS: Final = "attacker-keys"
"""Id of the check that no token makes the target fetch the attacker's keys."""


def judge_attacker_fetches(defects: Sequence[str], doubt: str) -> tuple[Check, Finding | None]:
    """Return the check that no token made the target fetch a URL from that token, and its finding.

    Args:
        defects: Ids of the defects whose tokens caused a fetch, accepted or not.
        doubt: Why the target may be unable to fetch these URLs; empty if it can.
    """
    outcome = Outcome.SKIPPED if doubt else Outcome.PASSED
    observed = f"nothing was fetched, but {doubt}" if doubt else "nothing was fetched"
    check = Check(
        part=Part.TOKENS,
        id=ATTACKER_KEYS,
        title="no token makes the target fetch keys from a URL in the token",
        outcome=Outcome.FAILED if defects else outcome,
        observed=f"fetched for {', '.join(defects)}" if defects else observed,
    )
    if not defects:
        return check, None
    return check, Finding(
        check=ATTACKER_KEYS,
        severity=Severity.MEDIUM,
        title="It fetches a URL that a token names before the signature is verified.",
        why="Anyone can make the service send requests to addresses that only the service reaches.",
        remedy=CHECKS["embedded-keys"],
        source="RFC 8725 §3.10",
        cause="embedded-keys",
    )
