# DEV-ONLY: never ship to production.
"""Descriptions of defects, and the checks with which a verifier or relying party catches them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from token_issuer.severity import Severity


class Kind(StrEnum):
    """What has the defect."""

    TOKEN = "token"  # noqa: S105  # a kind, not a secret
    LOGIN = "login"


class Verdict(StrEnum):
    """What a verifier must do with a token, or a relying party with a login."""

    REFUSE = "refuse"
    ACCEPT = "accept"
    EITHER = "either"
    """The specifications leave it open; only a crash is wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Defect:
    """A defect of the catalogue.

    Attributes:
        id: A stable name, such as `alg-none`.
        group: The subject, such as `signature` or `audience`.
        title: The token or login in a few words: "a token whose signature is cut short".
        wrong: What is wrong with it, precisely.
        why: The consequence if a verifier accepts it, or rejects it wrongly.
        source: Specification and section, CVE or GHSA.
        verdict: What a verifier or relying party must do.
        severity: How serious it is if it does otherwise.
        check: The check that catches it; a key of `CHECKS`.
        fault: The key endpoint fault that must be set; empty if none.
        alg: The algorithm of the good token; empty if any will do.
        kind: What has the defect: a token, or a login.
    """

    id: str
    group: str
    title: str
    wrong: str
    why: str
    source: str
    verdict: Verdict
    severity: Severity
    check: str
    fault: str = ""
    alg: str = ""
    kind: Kind = Kind.TOKEN


CHECKS: Final[Mapping[str, str]] = {
    "signature": "Verify the signature of each token with a maintained library and a key of the "
    "issuer, before anything in the token is used.",
    "ecdsa-range": "Update the cryptographic library: ECDSA requires r and s to be at least 1 and "
    "less than the order of the curve.",
    "algorithms": "Give the verifier a closed list of algorithms, such as RS256 alone, and accept "
    "each key only for the algorithm that its `alg` names. Never take the algorithm from the "
    "token.",
    "key-strength": "Reject RSA keys of less than 2048 bits, including those from the key "
    "endpoint.",
    "embedded-keys": "Ignore `jwk`, `jku`, `x5c` and `x5u` in a token, or reject the token. Use "
    "only keys from the configured key endpoint.",
    "kid": "Look up `kid` among the keys in memory, as a string and by exact comparison. Never "
    "insert it into a path, a query or a command. Reject a token whose key is not found.",
    "crit": "Reject a token with `crit` or `b64`, unless each extension that it names is "
    "supported.",
    "typ": "Accept only the `typ` values of tokens that are meant for the service: JWT, at+jwt.",
    "cty": "Reject a token whose `cty` is JWT: the service accepts no nested tokens.",
    "form": "Reject a token that does not consist of three parts, separated by two dots.",
    "base64url": "Decode base64url strictly: reject padding, spaces, other characters and stray "
    "bits in the last character.",
    "json": "Parse header and payload each as one JSON object in UTF-8. Reject duplicate members, "
    "NaN and half surrogate pairs.",
    "exp": "Require `exp` to be a finite number and later than the current time; allow a leeway of "
    "at most a few minutes.",
    "nbf": "Reject a token before its `nbf`.",
    "iat": "Reject a token whose `iat` is further in the future than the clocks may differ.",
    "aud": "Require `aud`, and compare it, or each string in the list, exactly with the name of "
    "the service.",
    "iss": "Require `iss`, and compare it exactly with the configured issuer.",
    "sub": "Require `sub` to be a string wherever it is used.",
    "size": "Limit the length of a token, or of a request header, to a few kilobytes.",
    "credentials": "Accept exactly one Authorization header field, of the form `Bearer TOKEN`; the "
    "scheme is case-insensitive.",
    "state": "Store a random `state` with the browser's session, and reject an authorization "
    "response whose `state` is missing or differs from it.",
    "issuer-parameter": "With several issuers, reject an authorization response whose `iss` is not "
    "the issuer that the user was sent to, or is missing although the issuer's metadata promise "
    "it.",
    "error-response": "Treat an authorization response with `error` as a failure, whatever else it "
    "contains.",
    "code-injection": "Send a PKCE challenge with the method S256 and a new verifier for each "
    "login, or at least a `nonce` that is compared with the ID token.",
    "nonce": "Store a random `nonce` with the browser's session, and reject an ID token whose "
    "`nonce` is missing or differs from it.",
    "azp": "Reject an ID token whose `azp` is another client, and one with further audiences that "
    "are not trusted.",
    "at_hash": "Compare `at_hash`, if it is there, with the hash of the access token.",
    "age": "Reject an ID token whose `iat` is older than a few minutes.",
    "id-token": "Require an ID token in the response to the code, and take the user from it.",
    "token-type": "Require `token_type` to be Bearer, in any case.",
    "userinfo-sub": "Require `sub` in the UserInfo response, and compare it with the ID token's "
    "before any of its claims is used.",
    "refresh-sub": "Reject an ID token from a refresh whose `iss` or `sub` differs from that of "
    "the login.",
    "email": "Identify users by `iss` and `sub`. Link accounts by `email` only if `email_verified` "
    "is true.",
}
"""What to change in a verifier or relying party, with any library, by the name of the check."""
