# DEV-ONLY: never ship to production.
"""The baseline of a probe: the target accepts a good token and rejects requests without one."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from token_issuer.paths import JWKS_PATH
from token_issuer.probe.failures import build_failure
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.polling import accepts_good_token, poll_good_token
from token_issuer.probe.results import Check, Finding, Outcome, Part, Reaction
from token_issuer.probe.target.client import Target, TargetResponse

_GARBAGE: Final = "not-a-token"
_FAILURES: Final = frozenset({Reaction.CRASHED, Reaction.HUNG})
_TOO_FAST: Final = "send fewer per second, such as --rate 2"
_UNREACHED: Final = "check that it is running and that the URL is right"


def _explain_rejection(response: TargetResponse, issuer: IssuerClient) -> str:
    """Return the likely reason why a good token is not accepted, and what to do."""
    if response.status is None:
        return _UNREACHED
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        return _TOO_FAST
    if response.reaction is Reaction.UNCLEAR:
        return "choose a path that it serves, or set --accept-status or --refuse-status"
    if not issuer.count_key_fetches():
        return (
            f"it has not fetched the keys from {issuer.url}: point its JWKS URL at "
            f"{issuer.url}{JWKS_PATH}"
        )
    claims = issuer.mint().claims
    return (
        f"it has fetched the keys; the good token has iss {claims.get('iss')!r} and aud "
        f"{claims.get('aud')!r}: check that it expects these claims (--iss, --aud, --sub, --claim) "
        "and where it expects the token (--header, --cookie)"
    )


def _explain_missing_rejection(response: TargetResponse, _issuer: IssuerClient) -> str:
    """Return the likely reason why a request without a good token is not rejected."""
    match response.reaction:
        case Reaction.ACCEPTED:
            return "this URL needs no token; choose a URL of the target that requires one"
        case _ if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            return f"{_TOO_FAST}; if this status means a rejection, set --refuse-status 429"
        case Reaction.UNCLEAR:
            return f"if this status means a rejection, set --refuse-status {response.status}"
        case _:
            if response.status is None:
                return _UNREACHED
            return "check that it reaches the services that it depends on"


@dataclass(frozen=True, slots=True)
class _BaselineCheck:
    """A request, and the expected reaction.

    Attributes:
        id: The id of the check.
        title: The expected reaction in a few words.
        authorization: The values of `Authorization`; None for a good token.
        expected: The expected reaction.
        explain: Returns the likely cause of any other reaction.
        request: A short description of the request, for a finding.
    """

    id: str
    title: str
    authorization: tuple[str, ...] | None
    expected: Reaction
    explain: Callable[[TargetResponse, IssuerClient], str]
    request: str = ""

    def build_check(self, response: TargetResponse) -> Check:
        is_met = response.reaction is self.expected
        return Check(
            part=Part.BASELINE,
            id=self.id,
            title=self.title,
            outcome=Outcome.PASSED if is_met else Outcome.FAILED,
            observed=response.describe(),
            reaction=response.reaction,
            status=response.status,
            duration_s=response.duration_s,
        )


_CHECKS: Final = (
    _BaselineCheck(
        "baseline-good", "a good token is accepted", None, Reaction.ACCEPTED, _explain_rejection
    ),
    _BaselineCheck(
        "baseline-none",
        "a request without a token is rejected",
        (),
        Reaction.REFUSED,
        _explain_missing_rejection,
        "a request without a token",
    ),
    _BaselineCheck(
        "baseline-garbage",
        "text that is not a token is rejected",
        (f"Bearer {_GARBAGE}",),
        Reaction.REFUSED,
        _explain_missing_rejection,
        "text that is not a token",
    ),
)
REJECTED_CREDENTIALS: Final = {
    each.id: each.authorization for each in _CHECKS if each.authorization is not None
}
"""The values of `Authorization` that must be rejected, by the id of the check."""
BASELINE_CHECKS: Final = tuple(baseline_check.id for baseline_check in _CHECKS)


def check_baseline(
    target: Target, issuer: IssuerClient, *, wait_s: float, report: Callable[[Check], None]
) -> tuple[list[Check], list[Finding], str]:
    """Check that the target accepts a good token and rejects a missing or malformed one.

    If the target crashes or hangs instead of rejecting, but then accepts a good token, this is a
    finding, and the target can be probed.

    Args:
        target: The URL to probe.
        issuer: The issuer that the target trusts.
        wait_s: Time limit until the target accepts a good token, in seconds. The target may
            still be starting.
        report: Called with each check when it is done.

    Returns:
        The checks, the findings, and the reason why the target cannot be probed; empty if it can.
    """
    checks: list[Check] = []
    findings: list[Finding] = []
    for baseline_check in _CHECKS:
        if baseline_check.authorization is None:
            response = poll_good_token(target, issuer, wait_s).last
        else:
            response = target.send(baseline_check.authorization)
        checks.append(baseline_check.build_check(response))
        report(checks[-1])
        if _fails_instead_of_rejecting(baseline_check, response) and accepts_good_token(
            target, issuer
        ):
            title = f"It fails on {baseline_check.request}: {response.describe()}."
            findings.append(build_failure(baseline_check.id, title))
        elif response.reaction is not baseline_check.expected:
            problem = f"expected: {baseline_check.title}; observed: {response.describe()}"
            reason = f"{problem}; {baseline_check.explain(response, issuer)}"
            return checks, findings, reason
    return checks, findings, ""


def _fails_instead_of_rejecting(baseline_check: _BaselineCheck, response: TargetResponse) -> bool:
    return baseline_check.expected is Reaction.REFUSED and response.reaction in _FAILURES
