# DEV-ONLY: never ship to production.
"""Whether there is anything to probe: a good token is accepted, and without one nobody gets in."""

import time
from collections.abc import Callable

from token_issuer.probe.control import IssuerControl
from token_issuer.probe.results import Check, Outcome, Part, Reaction
from token_issuer.probe.target import Answer, Target

_PAUSE_S = 0.5
_GARBAGE = "not-a-token"
_UNREACHED = "is it running, and is this its address?"


def probe_baseline(
    target: Target, issuer: IssuerControl, *, wait_s: float, report: Callable[[Check], None]
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
    checks = []
    for check_id, title, authorization, expected, explain in (
        ("baseline-good", "a good token is accepted", None, Reaction.ACCEPTED, _explain_refusal),
        (
            "baseline-none",
            "a request without a token is refused",
            (),
            Reaction.REFUSED,
            _explain_open_door,
        ),
        (
            "baseline-garbage",
            "text that is no token is refused",
            (f"Bearer {_GARBAGE}",),
            Reaction.REFUSED,
            _explain_open_door,
        ),
    ):
        answer = (
            _send_good_token(target, issuer, wait_s)
            if authorization is None
            else target.send(authorization)
        )
        is_met = answer.reaction is expected
        check = Check(
            part=Part.BASELINE,
            id=check_id,
            title=title,
            outcome=Outcome.PASSED if is_met else Outcome.FAILED,
            observed=answer.describe(),
            reaction=answer.reaction,
            status=answer.status,
            duration_s=answer.duration_s,
        )
        checks.append(check)
        report(check)
        if not is_met:
            return (
                checks,
                f"expected that {title}, saw: {answer.describe()}; {explain(answer, issuer)}",
            )
    return checks, ""


def _send_good_token(target: Target, issuer: IssuerControl, wait_s: float) -> Answer:
    deadline = time.monotonic() + wait_s
    while True:
        answer = target.send(issuer.mint().authorization)
        if answer.reaction is Reaction.ACCEPTED or time.monotonic() + _PAUSE_S > deadline:
            return answer
        time.sleep(_PAUSE_S)


def _explain_refusal(answer: Answer, issuer: IssuerControl) -> str:
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


def _explain_open_door(answer: Answer, _issuer: IssuerControl) -> str:
    match answer.reaction:
        case Reaction.ACCEPTED:
            return "nothing there asks for a good token: name a URL of the target that does"
        case Reaction.UNCLEAR:
            return f"if that is how it refuses, say --refuse-status {answer.status}"
        case _:
            return _UNREACHED if answer.status is None else "does it reach what it needs?"
