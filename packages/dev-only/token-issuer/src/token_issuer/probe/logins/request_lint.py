# DEV-ONLY: never ship to production.
"""Checks of the authorization request that the application sends."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from token_issuer.config.host_names import is_loopback_name
from token_issuer.probe.results import Check, Finding, Outcome, Part
from token_issuer.severity import Severity

_Request = Mapping[str, Any]
_Judgement = tuple[Outcome, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lint:
    """A check of the request, and its finding.

    Attributes:
        id: The id of the check.
        title: What the request should be like.
        judge: Returns the outcome, and the observation.
        finding: The finding if it fails.
    """

    id: str
    title: str
    judge: Callable[[_Request], _Judgement]
    finding: Finding


def _judge_binding(request: _Request) -> _Judgement:
    sent = [
        name
        for name, is_sent in (
            ("state", request["has_state"]),
            ("nonce", request["has_nonce"]),
            ("PKCE", request["code_challenge_method"]),
        )
        if is_sent
    ]
    if sent:
        return Outcome.PASSED, f"sends {', '.join(sent)}"
    return Outcome.FAILED, "sends neither state nor nonce nor a PKCE challenge"


def _judge_method(request: _Request) -> _Judgement:
    method = request["code_challenge_method"]
    if method is None:
        return Outcome.PASSED, "sends no PKCE challenge"
    return (Outcome.FAILED if method == "plain" else Outcome.PASSED), f"the method is {method}"


def _judge_redirect_uri(request: _Request) -> _Judgement:
    uri = str(request["redirect_uri"])
    parts = urlsplit(uri)
    host = parts.hostname or ""
    is_public = "." in host and not is_loopback_name(host)
    outcome = Outcome.FAILED if parts.scheme == "http" and is_public else Outcome.PASSED
    return outcome, f"the redirect URI is {uri}"


def _judge_scope(request: _Request) -> _Judgement:
    scopes = str(request["scope"] or "").split(" ")
    if "openid" in scopes:
        return Outcome.PASSED, "the scope contains openid"
    misspelt = [scope for scope in scopes if scope.strip(" ,+").lower() == "openid"]
    if misspelt:
        return Outcome.FAILED, f"the scope contains {misspelt[0]!r} instead of openid"
    return Outcome.OPEN, "the scope lacks openid, so this is OAuth 2.0 without OpenID Connect"


_LINTS: Final = (
    _Lint(
        id="request-binding",
        title="the response is bound to the browser by state, nonce or PKCE",
        judge=_judge_binding,
        finding=Finding(
            check="request-binding",
            severity=Severity.HIGH,
            title="It cannot tell whether a login was started by the same browser.",
            why="An attacker sends the response of his own login to a victim's browser, and the "
            "victim works in the attacker's account.",
            remedy="Send a PKCE challenge with the method S256, or a random `state` or `nonce`; "
            "store it in the browser's session, and check it.",
            source="RFC 9700 §4.7.1, RFC 6749 §10.12",
            cause="state",
        ),
    ),
    _Lint(
        id="request-pkce-method",
        title="the PKCE challenge does not reveal the verifier",
        judge=_judge_method,
        finding=Finding(
            check="request-pkce-method",
            severity=Severity.LOW,
            title="Its PKCE challenge is the verifier itself (`plain`).",
            why="Whoever reads the authorization request, in a log or a history, can redeem the "
            "code.",
            remedy="Use the method S256.",
            source="RFC 9700 §2.1.1, RFC 7636 §4.2",
            cause="PKCE",
        ),
    ),
    _Lint(
        id="request-redirect-uri",
        title="the code does not return over http through the network",
        judge=_judge_redirect_uri,
        finding=Finding(
            check="request-redirect-uri",
            severity=Severity.MEDIUM,
            title="Its redirect URI has the scheme http and a public name.",
            why="Anyone on the way can read the code.",
            remedy="Use https for redirect URIs; http is for loopback addresses alone.",
            source="RFC 9700 §2.6",
            cause="redirect URI",
        ),
    ),
    _Lint(
        id="request-scope",
        title="the scope contains openid",
        judge=_judge_scope,
        finding=Finding(
            check="request-scope",
            severity=Severity.LOW,
            title="Its scope misspells `openid`.",
            why="Scopes are case-sensitive and separated by spaces: the issuer sends no ID token, "
            "so nothing says for which client the user has logged in.",
            remedy="Request the scope `openid`, in this spelling.",
            source="OpenID Connect Core §3.1.2.1, RFC 6749 §3.3",
            cause="scope",
        ),
    ),
)
REQUEST_CHECKS: Final = tuple(lint.id for lint in _LINTS)


def lint_request(
    request: _Request, *, select: Callable[[str], bool]
) -> Iterator[tuple[Check, Finding | None]]:
    """Yield the result of each selected check of the authorization request."""
    for lint in _LINTS:
        if not select(lint.id):
            continue
        outcome, observed = lint.judge(request)
        check = Check(
            part=Part.REQUEST, id=lint.id, title=lint.title, outcome=outcome, observed=observed
        )
        yield check, lint.finding if outcome is Outcome.FAILED else None
