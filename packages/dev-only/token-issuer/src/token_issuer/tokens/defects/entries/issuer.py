# DEV-ONLY: never ship to production.
"""Defects of `iss`: tokens of other issuers, and tokens without an issuer."""

from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import change_text_claim, set_members
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import ABSENT, CatalogueEntry, MintingSteps

# Cyrillic letters that look like Latin ones.
_LOOK_ALIKES: Final = str.maketrans({
    "a": "\u0430",
    "c": "\u0441",
    "e": "\u0435",
    "i": "\u0456",
    "o": "\u043e",
})
_defect = partial(
    Defect,
    group="issuer",
    verdict=Verdict.REFUSE,
    severity=Severity.HIGH,
    check="iss",
    source="RFC 7519 §4.1.1; RFC 8725 §3.8",
)


def _replace_look_alikes(issuer: str) -> str:
    disguised = issuer.translate(_LOOK_ALIKES)
    return disguised if disguised != issuer else f"{issuer}\u200b"


ENTRIES: Final = (
    CatalogueEntry(
        _defect(
            id="iss-wrong",
            title="a token from another issuer",
            wrong="`iss` is `https://other-issuer.example`; the good key signed the token.",
            why="If several issuers share a key endpoint or a key, the verifier accepts tokens of "
            "one issuer as those of another.",
        ),
        MintingSteps(claims=set_members(iss="https://other-issuer.example")),
        lambda t: t.get_likeness("iss") == "wrong",
    ),
    CatalogueEntry(
        _defect(
            id="iss-missing",
            title="a token without an issuer",
            wrong="The claims set has no `iss`.",
            why="If the verifier accepts a missing `iss`, it accepts the tokens of every issuer "
            "that shares the key.",
            source="RFC 9068 §2.2, §4; RFC 8725 §3.8",
        ),
        MintingSteps(claims=set_members(iss=ABSENT)),
        lambda t: t.lacks("iss"),
    ),
    CatalogueEntry(
        _defect(
            id="iss-slash",
            title="a token whose issuer ends with a slash",
            wrong="`iss` is the right issuer, followed by a slash.",
            why="Issuers are compared character by character, because another spelling may be "
            "another tenant.",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(claims=change_text_claim("iss", lambda ours: f"{ours}/")),
        lambda t: t.get_likeness("iss") == "slash",
    ),
    CatalogueEntry(
        _defect(
            id="iss-look-alike",
            title="a token whose issuer only looks right",
            wrong="`iss` is the right issuer, with Cyrillic letters that look like the Latin ones.",
            why="A verifier that normalizes too much before it compares trusts anyone who "
            "registers the similar name.",
        ),
        MintingSteps(claims=change_text_claim("iss", _replace_look_alikes)),
        lambda t: t.get_likeness("iss") == "look-alike",
    ),
    CatalogueEntry(
        _defect(
            id="iss-prefix",
            title="a token whose issuer is the beginning of the right one",
            wrong="`iss` is the right issuer without its last character.",
            why="If the verifier tests whether the right issuer contains `iss`, any part of it "
            "matches.",
            source="RFC 7519 §4.1.1; CVE-2024-53861",
        ),
        MintingSteps(claims=change_text_claim("iss", lambda ours: ours[:-1])),
        lambda t: t.get_likeness("iss") == "prefix",
    ),
    CatalogueEntry(
        _defect(
            id="iss-extended",
            title="a token whose issuer begins with the right one",
            wrong="`iss` is the right issuer, followed by `.attacker.example`.",
            why="If the verifier compares only the beginning, it trusts anyone who registers the "
            "longer name.",
        ),
        MintingSteps(claims=change_text_claim("iss", lambda ours: f"{ours}.attacker.example")),
        lambda t: t.get_likeness("iss") == "extended",
    ),
    CatalogueEntry(
        _defect(
            id="iss-case",
            title="a token whose issuer has upper and lower case swapped",
            wrong="`iss` is the right issuer, with upper and lower case swapped.",
            why="Issuers are compared case-sensitively, because another spelling may be another "
            "tenant.",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(claims=change_text_claim("iss", str.swapcase)),
        lambda t: t.get_likeness("iss") == "case",
    ),
)
