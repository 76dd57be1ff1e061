# DEV-ONLY: never ship to production.
"""Defects as people read them, and the checks of a verifier that catch them."""

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
        why: The consequence if a verifier does not notice.
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
    "signature": "Verify the signature of each token, with a maintained library and a key of the "
    "issuer, before anything in the token is used.",
    "ecdsa-range": "Update the cryptographic library: ECDSA needs r and s from 1 to the order of "
    "the curve less 1.",
    "algorithms": "Give the verifier a closed list of algorithms, such as RS256 alone, and let "
    "each key count for the one algorithm that its `alg` names; never take it from the token.",
    "key-strength": "Refuse RSA keys of less than 2048 bits, also those from the key endpoint.",
    "embedded-keys": "Ignore `jwk`, `jku`, `x5c` and `x5u` of a token, or refuse it: keys come "
    "from the configured key endpoint alone.",
    "kid": "Look `kid` up among the keys in memory, as text and by exact comparison; never put it "
    "into a path, a query or a command. Refuse a token whose key is not there.",
    "crit": "Refuse a token with `crit` or `b64`, unless each extension that it names is "
    "supported.",
    "typ": "Accept only the `typ` of the tokens that are meant for the service: JWT, at+jwt.",
    "cty": "Refuse a token whose `cty` says JWT: none that the service takes is nested.",
    "form": "Refuse what is not three parts with two dots between them.",
    "base64url": "Decode base64url strictly: no padding, no blanks, no other characters, no stray "
    "last bits.",
    "json": "Parse header and payload as one JSON object in UTF-8, without duplicate members, "
    "without NaN and without half surrogate pairs.",
    "exp": "Require `exp` to be a finite number, and the present to be before it; a leeway of at "
    "most a few minutes.",
    "nbf": "Refuse a token before its `nbf`.",
    "iat": "Refuse a token whose `iat` lies further in the future than the clocks may differ.",
    "aud": "Require `aud`, and compare it, or each text of the list, exactly with the name of the "
    "service.",
    "iss": "Require `iss`, and compare it exactly with the configured issuer.",
    "sub": "Require `sub` as text wherever it is used.",
    "size": "Limit the length of a token, or of a request header, to a few kilobytes.",
    "credentials": "Take exactly one Authorization header, of the form `Bearer TOKEN`; the scheme "
    "counts in any case.",
}
"""What to set in a verifier, whatever its library, by the name of the check."""
