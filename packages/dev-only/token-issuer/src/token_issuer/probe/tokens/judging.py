# DEV-ONLY: never ship to production.
"""From how the target took a defective token to what that means."""

from collections.abc import Sequence
from typing import Final

from token_issuer.probe.liveness import Aftermath
from token_issuer.probe.results import Check, Finding, Outcome, Part, Reaction
from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import CHECKS, Defect, Verdict

FOLLOWED: Final = "attacker-keys"
"""The id of the check that looks whether a token made the target fetch something."""

FAILURE: Final = "failure"
"""The cause of findings about requests that the target fails on."""

_FAILURE_WHY: Final = "Anybody can send such a request, again and again; it needs no key."
_FAILURE_REMEDY: Final = (
    "Let the verifier answer whatever it cannot read or verify with 401, errors of its libraries "
    "included, and bound the length of the header field and the time that one request may take."
)
_FAILURE_SOURCE: Final = "RFC 6750 §3.1, CWE-755"
_EXPECTED: Final = {Verdict.REFUSE: Reaction.REFUSED, Verdict.ACCEPT: Reaction.ACCEPTED}


def build_check(defect: Defect, aftermath: Aftermath) -> Check:
    """Say what was seen."""
    answer = aftermath.answer
    observed = answer.describe()
    if not aftermath.is_alive:
        observed += "; it serves nobody since"
    if aftermath.is_about_any_kid:
        observed += ", and by now so does a harmless unknown kid"
    return Check(
        part=Part.TOKENS,
        id=defect.id,
        title=defect.title,
        outcome=_judge(defect, answer.reaction),
        observed=observed,
        reaction=answer.reaction,
        status=answer.status,
        duration_s=answer.duration_s,
    )


def build_finding(defect: Defect, aftermath: Aftermath) -> Finding:
    """Say what follows from a check that failed."""
    answer = aftermath.answer
    if answer.reaction in {Reaction.ACCEPTED, Reaction.REFUSED}:
        verb = "accepts" if answer.reaction is Reaction.ACCEPTED else "refuses"
        return Finding(
            check=defect.id,
            severity=defect.severity,
            title=f"It {verb} {defect.title}.",
            why=defect.why,
            remedy=CHECKS[defect.check],
            source=defect.source,
            cause=defect.check,
        )
    if not aftermath.is_alive:
        title = f"It stops serving anybody after {defect.title}."
    elif answer.reaction is Reaction.HUNG:
        title = f"It gives no answer to {defect.title}."
    elif aftermath.is_about_any_kid:
        title = f"It fails on tokens with unknown kids: {answer.describe()}."
    else:
        title = f"It fails on {defect.title}: {answer.describe()}."
    return Finding(
        check=defect.id,
        severity=Severity.MEDIUM if aftermath.is_alive else Severity.HIGH,
        title=title,
        why=_FAILURE_WHY,
        remedy=_FAILURE_REMEDY,
        source=_FAILURE_SOURCE,
        cause=FAILURE,
    )


def judge_followed(defects: Sequence[str]) -> tuple[Check, Finding | None]:
    """Say whether tokens made the target fetch the URL that they name, accepted or not.

    Args:
        defects: The ids of those that did.
    """
    check = Check(
        part=Part.TOKENS,
        id=FOLLOWED,
        title="no token makes the target fetch the keys that it names",
        outcome=Outcome.FAILED if defects else Outcome.PASSED,
        observed=f"fetched for {', '.join(defects)}" if defects else "nothing was fetched",
    )
    if not defects:
        return check, None
    return check, Finding(
        check=FOLLOWED,
        severity=Severity.MEDIUM,
        title="It fetches the URL that a token names, whoever made the token.",
        why=(
            "Anybody can make the service send requests to addresses that only it can reach, "
            "before a signature has been verified."
        ),
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
