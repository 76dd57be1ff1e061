# DEV-ONLY: never ship to production.
"""What the specifications demand of an application for each defect of a login.

The catalogue says what a verifier of access tokens must do with a defective token. An application
that redeems a code gets its ID token from the issuer itself, so less is demanded of it.

Spec: OpenID Connect Core §3.1.3.7, RFC 9700 §2.1.1 and §4.7.1
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import Defect, Kind, Verdict

_SIGNATURE_CHECKS: Final = frozenset({
    "signature",
    "ecdsa-range",
    "algorithms",
    "key-strength",
    "embedded-keys",
    "kid",
    "crit",
    "form",
    "base64url",
    "json",
})
"""Part of the verification of a signature. Core §3.1.3.7 step 6: the code flow may rely on TLS."""
_FREE_CHECKS: Final = frozenset({"typ", "cty", "iat"})
"""Core §3.1.3.7 lets an application use `iat`, step 10, and names neither `typ` nor `cty`."""
_OAUTH_CHECKS: Final = frozenset({
    "state",
    "issuer-parameter",
    "error-response",
    "code-injection",
    "token-type",
})
"""Checks of OAuth 2.0, which apply without OpenID Connect."""
_OF_OTHER_USER: Final = frozenset({"userinfo-sub", "refresh-sub"})
"""Core §5.3.2 and §12.2 forbid the values of another user, not the login without them."""
_CODE_FLOW: Final = "OpenID Connect Core §3.1.3.7 step {}"
_CLAIM_RULES: Final[Mapping[str, str]] = {
    "iss": _CODE_FLOW.format(2),
    "aud": _CODE_FLOW.format(3),
    "exp": _CODE_FLOW.format(9),
    "sub": "OpenID Connect Core §2",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about the application.

    Attributes:
        uses_keys: Whether it fetches the keys of the issuer, which it needs only to verify.
        reads_id_token: Whether it rejects an ID token that cannot be read.
        request: The parameters of its authorization request.
    """

    uses_keys: bool
    reads_id_token: bool
    request: Mapping[str, Any]

    @property
    def is_openid(self) -> bool:
        """Whether it requests a login by OpenID Connect, rather than access by OAuth 2.0."""
        return "openid" in str(self.request["scope"] or "").split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was seen of a login with a defect.

    Attributes:
        is_refused: Whether the application rejected it.
        shows_other_user: Whether the page shows the `sub` of a user who has not logged in.
        uses_access_token: Whether the application presented the access token to the issuer.
    """

    is_refused: bool
    shows_other_user: bool
    uses_access_token: bool


def rule(defect: Defect, facts: Facts, observed: Observation) -> Defect:
    """Return *defect* with the verdict, severity and source that apply to this application.

    Args:
        defect: The defect as the catalogue describes it.
        facts: What is known about the application.
        observed: What was seen. If a defect must be rejected in general, to reject it is right even
            where it may be accepted. Core §5.3.2 and §12.2 forbid the values of another user, and
            not the login without them.
    """
    ruled = _rule(defect, facts)
    if observed.is_refused:
        is_right = defect.verdict is Verdict.REFUSE
        return replace(ruled, verdict=defect.verdict) if is_right else ruled
    is_unused = defect.check in _OF_OTHER_USER and not observed.shows_other_user
    is_unused |= defect.check == "token-type" and not observed.uses_access_token
    return replace(ruled, verdict=Verdict.EITHER) if is_unused else ruled


def _rule(defect: Defect, facts: Facts) -> Defect:
    if defect.kind is Kind.LOGIN:
        return _rule_login(defect, facts)
    return replace(_rule_token(defect, facts), title=_name_id_token(defect.title))


def _rule_login(defect: Defect, facts: Facts) -> Defect:
    if defect.check in _OAUTH_CHECKS:
        is_bound = facts.request["code_challenge_method"] or facts.request["has_nonce"]
        if defect.check == "state" and is_bound:
            return replace(defect, verdict=Verdict.EITHER)  # RFC 9700 §2.1: these suffice
        return defect
    # An application that does not read ID tokens at all has one weakness, not one for each claim.
    is_due = facts.is_openid and (facts.reads_id_token or defect.check == "id-token")
    return defect if is_due else replace(defect, verdict=Verdict.EITHER)


def _rule_token(defect: Defect, facts: Facts) -> Defect:
    if defect.check in _FREE_CHECKS or not (facts.is_openid and facts.reads_id_token):
        return replace(defect, verdict=Verdict.EITHER)
    if defect.check in _SIGNATURE_CHECKS:
        if not facts.uses_keys:
            return replace(defect, verdict=Verdict.EITHER)
        return replace(defect, severity=min(defect.severity, Severity.MEDIUM))
    if defect.check == "nbf":  # Core does not name it, but each ID token is a JWT
        return replace(defect, severity=Severity.LOW, source="RFC 7519 §4.1.5")
    if defect.check == "aud" and defect.verdict is Verdict.ACCEPT:
        return replace(defect, verdict=Verdict.EITHER)  # step 3: it may trust no other one
    if defect.id == "iss-case":  # most issuers have no path, and other parts of a URL have no case
        defect = replace(defect, severity=Severity.LOW)
    source = _CLAIM_RULES.get(defect.check)
    return defect if source is None else replace(defect, source=source)


def _name_id_token(title: str) -> str:
    """Write "an ID token whose ..." for "a token whose ..."."""
    return title.replace("a token", "an ID token", 1) if title.startswith("a token") else title
