# DEV-ONLY: never ship to production.
"""Defects of the responses in a login: to the authorization, to the code, and of UserInfo."""

from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import Defect, Kind, Verdict

_response = partial(
    Defect,
    kind=Kind.LOGIN,
    group="authorization-response",
    verdict=Verdict.REFUSE,
    severity=Severity.HIGH,
)
_STATE_SOURCE: Final = "RFC 6749 §10.12; RFC 9700 §2.1, §4.7.1"
_state = partial(
    _response,
    check="state",
    why="An attacker starts a login as himself, and lets the victim's browser finish it: the "
    "victim works in the attacker's account, or links it. A client that sent a `nonce` or a PKCE "
    "challenge is protected by it and need not compare `state`.",
)
_issuer_parameter = partial(
    _response,
    check="issuer-parameter",
    verdict=Verdict.EITHER,
    severity=Severity.LOW,
    source="RFC 9207 §2.4; RFC 9700 §2.1, §4.4.2",
)
_tokens = partial(
    Defect,
    kind=Kind.LOGIN,
    group="token-response",
    verdict=Verdict.REFUSE,
    severity=Severity.LOW,
)
_token_type = partial(
    _tokens,
    check="token-type",
    why="A client must not use an access token whose type it does not understand: it may present "
    "a token without the proof that the type requires.",
    source="RFC 6749 §5.1, §7.1; OpenID Connect Core §3.1.3.3",
)
_userinfo = partial(
    Defect,
    kind=Kind.LOGIN,
    group="userinfo",
    verdict=Verdict.REFUSE,
    check="userinfo-sub",
    source="OpenID Connect Core §5.3.2",
)

DEFECTS: Final = (
    _state(
        id="state-wrong",
        title="a login that returns with another `state`",
        wrong="The first character of `state` in the authorization response is another one.",
        source=f"{_STATE_SOURCE}; CVE-2025-68158, CVE-2023-27490",
    ),
    _state(
        id="state-missing",
        title="a login that returns without `state`",
        wrong="The authorization response has no `state`, although the request has one.",
        source=_STATE_SOURCE,
    ),
    _issuer_parameter(
        id="iss-parameter-wrong",
        title="a login that returns with another issuer",
        wrong="`iss` in the authorization response is `https://other-issuer.example`.",
        why="A client of several issuers that does not compare `iss` may send the code of one "
        "issuer to another one, an attacker (mix-up). A client of one issuer need not compare it.",
    ),
    _issuer_parameter(
        id="iss-parameter-missing",
        title="a login that returns without an issuer",
        wrong="The authorization response has no `iss`, although the issuer's metadata promise it.",
        why="An attacker who takes part in a mix-up leaves `iss` out. A client of one issuer need "
        "not require it.",
    ),
    _response(
        id="error-with-code",
        title="a login that returns with an error and a code",
        wrong="The authorization response has `error=access_denied` and `error_description` in "
        "addition to a valid `code`.",
        why="If the client looks for the code first, it logs in a user whose login the issuer "
        "reports as failed. The specifications define a response with either of them only.",
        verdict=Verdict.EITHER,
        severity=Severity.LOW,
        check="error-response",
        source="RFC 6749 §4.1.2, §4.1.2.1; OpenID Connect Core §3.1.2.6",
    ),
    _response(
        id="code-injected",
        title="a login that returns with the code of another login",
        wrong="`code` belongs to a login of another user at the same client, with another "
        "`nonce` and PKCE challenge, if the request has them.",
        why="An attacker who has stolen the code of a victim puts it into a login of his own, and "
        "is logged in as the victim.",
        check="code-injection",
        source="RFC 9700 §2.1.1, §4.5; RFC 7636 §1; CVE-2020-7692",
    ),
    _tokens(
        id="id-token-missing",
        title="a login without an ID token",
        wrong="The token response has no `id_token`, although the request has the scope `openid`.",
        why="Without an ID token nothing says for which client and which login the user has been "
        "authenticated. A request without the scope `openid` does not ask for one.",
        severity=Severity.MEDIUM,
        check="id-token",
        source="OpenID Connect Core §3.1.3.3, §3.1.3.5",
    ),
    _token_type(
        id="token-type-missing",
        title="a login whose access token has no type",
        wrong="The token response has no `token_type`.",
    ),
    _token_type(
        id="token-type-unknown",
        title="a login whose access token has an unknown type",
        wrong="`token_type` in the token response is `dev-only-unknown`.",
    ),
    _userinfo(
        id="userinfo-sub-other",
        title="a login whose UserInfo response describes another user",
        wrong="`sub` in the UserInfo response is that of another user.",
        why="If an attacker substitutes the access token, or the response, the client takes the "
        "claims of one user for those of another.",
        severity=Severity.HIGH,
    ),
    _userinfo(
        id="userinfo-sub-missing",
        title="a login whose UserInfo response does not name the user",
        wrong="The UserInfo response has no `sub`.",
        why="Nothing says that the claims are those of the user in the ID token.",
        severity=Severity.MEDIUM,
    ),
)
