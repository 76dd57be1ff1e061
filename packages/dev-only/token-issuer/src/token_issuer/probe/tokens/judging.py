# DEV-ONLY: never ship to production.
"""Checks and findings made from the reactions to defective tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from token_issuer.probe.failures import build_failure
from token_issuer.probe.results import Check, Finding, Outcome, Part, Reaction
from token_issuer.probe.target.client import TargetResponse
from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import CHECKS, Defect, Verdict

ATTACKER_KEYS: Final = "attacker-keys"
"""Id of the check that no token makes the target fetch the attacker's keys."""

_EXPECTED: Final = {Verdict.REFUSE: Reaction.REFUSED, Verdict.ACCEPT: Reaction.ACCEPTED}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The response to a defective token, and the results of the requests after it.

    Attributes:
        response: The response; a closed connection is a rejection if the target still works.
        is_alive: Whether the target still accepts a good token.
        is_about_any_kid: Whether a harmless unknown `kid` now fails in the same way.
    """

    response: TargetResponse
    is_alive: bool = True
    is_about_any_kid: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether the target crashed or hung."""
        return self.response.reaction in {Reaction.CRASHED, Reaction.HUNG}


def build_check(defect: Defect, evidence: Evidence) -> Check:
    """Return the check of *defect* with its outcome."""
    response = evidence.response
    observed = response.describe()
    if not evidence.is_alive:
        observed += "; it has not accepted a good token since"
    if evidence.is_about_any_kid:
        observed += "; a harmless unknown kid now has the same result"
    return Check(
        part=Part.TOKENS,
        id=defect.id,
        title=defect.title,
        outcome=_judge(defect, response.reaction),
        observed=observed,
        reaction=response.reaction,
        status=response.status,
        duration_s=response.duration_s,
    )


def build_finding(defect: Defect, evidence: Evidence) -> Finding:
    """Return the finding of a check that failed."""
    response = evidence.response
    if response.reaction in {Reaction.ACCEPTED, Reaction.REFUSED}:
        verb = "accepts" if response.reaction is Reaction.ACCEPTED else "rejects"
        return Finding(
            check=defect.id,
            severity=defect.severity,
            title=f"It {verb} {defect.title}.",
            why=defect.why,
            remedy=CHECKS[defect.check],
            source=defect.source,
            cause=defect.check,
        )
    if not evidence.is_alive:
        title = f"It stops serving all clients after {defect.title}."
    elif response.reaction is Reaction.HUNG:
        title = f"It does not respond to {defect.title}."
    elif evidence.is_about_any_kid:
        title = f"It fails on tokens with unknown kids: {response.describe()}."
    else:
        title = f"It fails on {defect.title}: {response.describe()}."
    severity = Severity.MEDIUM if evidence.is_alive else Severity.HIGH
    return build_failure(defect.id, title, severity)


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


def _judge(defect: Defect, reaction: Reaction) -> Outcome:
    match reaction:
        case Reaction.UNCLEAR:
            return Outcome.SKIPPED
        case Reaction.CRASHED | Reaction.HUNG:
            return Outcome.FAILED
        case _ if defect.verdict is Verdict.EITHER:
            return Outcome.OPEN
        case _:
            is_right = reaction is _EXPECTED[defect.verdict]
            return Outcome.PASSED if is_right else Outcome.FAILED
