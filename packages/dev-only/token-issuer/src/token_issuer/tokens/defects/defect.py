# DEV-ONLY: never ship to production.
"""Descriptions of defects, and the checks with which a verifier catches them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from token_issuer.severity import Severity


class Verdict(StrEnum):
    """What a verifier must do with a token."""

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
        title: The token in a few words: "a token whose signature is cut short".
        wrong: What is wrong with it, precisely.
        why: The consequence if a verifier accepts it, or rejects it wrongly.
        source: RFC and section, CVE or GHSA.
        verdict: What a verifier must do.
        severity: How serious it is if a verifier does otherwise.
        check: The check of a verifier that catches it; a key of `CHECKS`.
        fault: The key endpoint fault that must be set; empty if none.
        alg: The algorithm of the good token; empty if any will do.
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
}
"""What to change in a verifier, with any library, by the name of the check."""
