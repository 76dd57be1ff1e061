# DEV-ONLY: never ship to production.
"""Defects of the ID token of a login: good tokens, but not for this login or client."""

from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import Defect, Kind, Verdict

_OTHER: Final = "another-client"
_id_token = partial(
    Defect,
    kind=Kind.LOGIN,
    group="id-token",
    verdict=Verdict.REFUSE,
    severity=Severity.HIGH,
)
_nonce = partial(
    _id_token,
    check="nonce",
    source="OpenID Connect Core §3.1.3.7 step 11, §15.5.2; RFC 9700 §4.5.3.2",
)
_azp = partial(_id_token, check="azp")

DEFECTS: Final = (
    _nonce(
        id="nonce-wrong",
        title="a login whose ID token has another `nonce`",
        wrong="The first character of `nonce` is another one than in the request.",
        why="An attacker who has stolen a code or an ID token puts it into a login of his own, and "
        "is logged in as the victim.",
        source="OpenID Connect Core §3.1.3.7 step 11, §15.5.2; CVE-2023-27490",
    ),
    _nonce(
        id="nonce-missing",
        title="a login whose ID token has no `nonce`",
        wrong="The ID token has no `nonce`, although the request has one.",
        why="If the client compares `nonce` only if it is there, an ID token from a login without "
        "one passes.",
    ),
    _nonce(
        id="nonce-reused",
        title="a login whose ID token has the `nonce` of an earlier login",
        wrong="`nonce` is that of an earlier login at the same client.",
        why="If the client accepts any `nonce` that it has ever sent, a stolen ID token can be "
        "used again.",
    ),
    _id_token(
        id="aud-of-other-client",
        title="a login whose ID token was issued to another client",
        wrong=f"`aud` is `{_OTHER}`, and there is no `azp`.",
        why="Any other client of the issuer can take the ID tokens of its users, and log in with "
        "them here.",
        check="aud",
        source="OpenID Connect Core §3.1.3.7 step 3; RFC 8725 §3.9",
    ),
    _azp(
        id="azp-of-other-client",
        title="a login whose ID token names another authorized party",
        wrong=f"`azp` is `{_OTHER}`; `aud` is right.",
        why="The ID token was issued to another client, such as the app of the same service. Since "
        "its second errata, OpenID Connect Core leaves the comparison of `azp` to the client.",
        verdict=Verdict.EITHER,
        severity=Severity.LOW,
        source="OpenID Connect Core §2, §3.1.3.7 steps 4 and 5",
    ),
    _azp(
        id="aud-two-foreign-azp",
        title="a login whose ID token has a second audience, which is its authorized party",
        wrong=f"`aud` is a list of this client and `{_OTHER}`, and `azp` is `{_OTHER}`.",
        why="The ID token was issued to another client, which can log in with it here. Audiences "
        "that the client does not trust must lead to rejection.",
        severity=Severity.MEDIUM,
        source="OpenID Connect Core §2, §3.1.3.7 step 3",
    ),
    _id_token(
        id="at-hash-wrong",
        title="a login whose `at_hash` is that of another access token",
        wrong="The first character of `at_hash` is another one.",
        why="If an attacker substitutes the access token, the client uses it for the wrong user. "
        "With a code, the client may leave this check out.",
        verdict=Verdict.EITHER,
        severity=Severity.LOW,
        check="at_hash",
        source="OpenID Connect Core §3.1.3.8",
    ),
    _id_token(
        id="iat-old",
        title="a login whose ID token was issued a day ago",
        wrong="`iat` is 1 day before the current time; `exp` is in the future.",
        why="A stolen ID token stays usable for as long as the issuer chose. The client may limit "
        "its age.",
        verdict=Verdict.EITHER,
        severity=Severity.LOW,
        check="age",
        source="OpenID Connect Core §3.1.3.7 step 10",
    ),
    _id_token(
        id="refresh-sub-other",
        title="a login whose refreshed ID token is that of another user",
        wrong="`sub` in the ID token of each refresh is that of another user.",
        why="The client continues the session of one user with the identity of another.",
        severity=Severity.MEDIUM,
        check="refresh-sub",
        source="OpenID Connect Core §12.2",
    ),
    _id_token(
        id="email-unverified",
        title="a login of a user whose email is not verified",
        wrong="`email_verified` is false in the ID token and in the UserInfo response.",
        why="If the client identifies users by `email`, anyone who can register the address of "
        "another user with the issuer becomes that user. The specifications leave it to the "
        "client what an unverified address is good for.",
        verdict=Verdict.EITHER,
        severity=Severity.MEDIUM,
        check="email",
        source="OpenID Connect Core §5.1, §5.7; CVE-2024-21632",
    ),
)
