# DEV-ONLY: never ship to production.
"""Whether there is anything to probe: a good token is accepted, and without one nobody gets in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from token_issuer.probe.issuer_control import IssuerClient
from token_issuer.probe.liveness import watch_good_token
from token_issuer.probe.results import Check, Outcome, Part, Reaction
from token_issuer.probe.target.target import Answer, Target

_GARBAGE: Final = "not-a-token"
_UNREACHED: Final = "is it running, and is this its address?"


def _explain_refusal(answer: Answer, issuer: IssuerClient) -> str:
    """Say why a good token is not accepted, as far as that can be seen from outside."""
    if answer.status is None:
        return _UNREACHED
    if answer.reaction is Reaction.UNCLEAR:
        return "name a path that it serves, or say --accept-status or --refuse-status"
    if not issuer.count_key_fetches():
        return (
            f"it has not fetched the keys from {issuer.url}: point its JWKS URL at "
            f"{issuer.url}/.well-known/jwks.json"
        )
    claims = issuer.mint().claims
    return (
        f"it has fetched the keys; the good token has iss {claims.get('iss')!r} and aud "
        f"{claims.get('aud')!r}: does it expect these (--iss, --aud, --sub, --claim), and does it "
        "look for the token there (--header, --cookie)?"
    )


def _explain_open_door(answer: Answer, _issuer: IssuerClient) -> str:
    match answer.reaction:
        case Reaction.ACCEPTED:
            return "nothing there asks for a good token: name a URL of the target that does"
        case Reaction.UNCLEAR:
            return f"if that is how it refuses, say --refuse-status {answer.status}"
        case _:
            return _UNREACHED if answer.status is None else "does it reach what it needs?"


@dataclass(frozen=True, slots=True)
class _Question:
    """One check of the baseline.

    Attributes:
        authorization: What is sent; None for a good token.
        expected: How a target that can be probed takes it.
        explain: Says what is likely to be wrong otherwise.
    """

    id: str
    title: str
    authorization: tuple[str, ...] | None
    expected: Reaction
    explain: Callable[[Answer, IssuerClient], str]

    def build_check(self, answer: Answer) -> Check:
        is_met = answer.reaction is self.expected
        return Check(
            part=Part.BASELINE,
            id=self.id,
            title=self.title,
            outcome=Outcome.PASSED if is_met else Outcome.FAILED,
            observed=answer.describe(),
            reaction=answer.reaction,
            status=answer.status,
            duration_s=answer.duration_s,
        )


_QUESTIONS: Final = (
    _Question(
        "baseline-good", "a good token is accepted", None, Reaction.ACCEPTED, _explain_refusal
    ),
    _Question(
        "baseline-none",
        "a request without a token is refused",
        (),
        Reaction.REFUSED,
        _explain_open_door,
    ),
    _Question(
        "baseline-garbage",
        "text that is no token is refused",
        (f"Bearer {_GARBAGE}",),
        Reaction.REFUSED,
        _explain_open_door,
    ),
)
BASELINE_CHECKS: Final = tuple(question.id for question in _QUESTIONS)


def probe_baseline(
    target: Target, issuer: IssuerClient, *, wait_s: float, report: Callable[[Check], None]
) -> tuple[list[Check], str]:
    """Check that the target accepts a good token, and refuses none and what is no token.

    Args:
        target: What is probed.
        issuer: The issuer that it trusts.
        wait_s: How long it may take to get there, in seconds: it may still be starting.
        report: Told of each check as it is done.

    Returns:
        The checks, and why there is nothing to probe; empty where there is.
    """
    checks: list[Check] = []
    for question in _QUESTIONS:
        if question.authorization is None:
            answer = watch_good_token(target, issuer, wait_s).last
        else:
            answer = target.send(question.authorization)
        checks.append(question.build_check(answer))
        report(checks[-1])
        if answer.reaction is not question.expected:
            seen = f"expected that {question.title}, saw: {answer.describe()}"
            return checks, f"{seen}; {question.explain(answer, issuer)}"
    return checks, ""
