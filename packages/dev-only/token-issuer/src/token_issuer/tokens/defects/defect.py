# DEV-ONLY: never ship to production.
"""What a defect is: a token that is wrong in exactly one way."""

from dataclasses import dataclass
from enum import StrEnum

from token_issuer.severity import Severity


class Verdict(StrEnum):
    """What a verifier has to do with a token."""

    REFUSE = "refuse"
    ACCEPT = "accept"
    EITHER = "either"
    """The specifications leave it open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Defect:
    """One entry of the catalogue, as people read it.

    Attributes:
        id: Its stable name.
        group: What it is about, such as `signature` or `audience`.
        title: The token in a few words: "a token whose signature is cut short".
        wrong: What is wrong with it, precisely.
        why: What an attacker, or an accident, makes of a verifier that does not notice.
        source: Where it says so: RFC and section, CVE or GHSA.
        verdict: What a verifier has to do.
        severity: How bad it is when the verifier does otherwise.
        check: Which check of a verifier catches it; a key of `CHECKS`.
        fault: The key endpoint fault without which the token can't be judged; empty for none.
        alg: The algorithm of the good token that it is made from; empty for any.
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
