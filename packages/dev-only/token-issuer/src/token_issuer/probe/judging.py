# DEV-ONLY: never ship to production.
"""Checks and findings made from the reactions to defective tokens and logins."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from token_issuer.probe.failures import build_failure
from token_issuer.probe.results import Check, Finding, Outcome, Part, Reaction, Reply
from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import CHECKS, Defect, Verdict

FailureBuilder = Callable[[str, str, Severity], Finding]
"""Returns a finding, given the id of the check, the title, and the severity."""

_EXPECTED: Final = {Verdict.REFUSE: Reaction.REFUSED, Verdict.ACCEPT: Reaction.ACCEPTED}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The reaction to a defect, and the results of the requests after it.

    Attributes:
        reply: The reaction; a closed connection is a rejection if the target still works.
        subject: What the target accepts or rejects, as a noun.
        is_alive: Whether the target still accepts a good token or login.
        is_about_any_kid: Whether a harmless unknown `kid` now fails in the same way.
    """

    reply: Reply
    subject: str = "token"
    is_alive: bool = True
    is_about_any_kid: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether the target crashed or hung."""
        return self.reply.reaction in {Reaction.CRASHED, Reaction.HUNG}


def build_check(defect: Defect, evidence: Evidence, part: Part) -> Check:
    """Return the check of *defect* with its outcome."""
    reply = evidence.reply
    observed = reply.describe()
    if not evidence.is_alive:
        observed += f"; it has not accepted a good {evidence.subject} since"
    if evidence.is_about_any_kid:
        observed += "; a harmless unknown kid now has the same result"
    return Check(
        part=part,
        id=defect.id,
        title=defect.title,
        outcome=_judge(defect, reply.reaction),
        observed=observed,
        reaction=reply.reaction,
        status=reply.status,
        duration_s=reply.duration_s,
    )


def build_finding(
    defect: Defect, evidence: Evidence, build: FailureBuilder = build_failure
) -> Finding:
    """Return the finding of a check that failed; *build* returns that of a crash or hang."""
    reply = evidence.reply
    if reply.reaction in {Reaction.ACCEPTED, Reaction.REFUSED}:
        verb = "accepts" if reply.reaction is Reaction.ACCEPTED else "rejects"
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
    elif reply.reaction is Reaction.HUNG:
        title = f"It does not respond to {defect.title}."
    elif evidence.is_about_any_kid:
        title = f"It fails on tokens with unknown kids: {reply.describe()}."
    else:
        title = f"It fails on {defect.title}: {reply.describe()}."
    severity = Severity.MEDIUM if evidence.is_alive else Severity.HIGH
    return build(defect.id, title, severity)


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
