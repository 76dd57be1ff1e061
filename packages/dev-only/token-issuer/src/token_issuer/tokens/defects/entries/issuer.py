# DEV-ONLY: never ship to production.
"""Defects of `iss`: tokens from other issuers, or from none."""

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
            wrong="`iss` says `https://other-issuer.example`; the good key signed.",
            why="Where several issuers share a key endpoint or a key, tokens of one count as those "
            "of another.",
        ),
        MintingSteps(claims=set_members(iss="https://other-issuer.example")),
    ),
    CatalogueEntry(
        _defect(
            id="iss-missing",
            title="a token from nobody in particular",
            wrong="The claims set has no `iss`.",
            why="Where a missing issuer is no wrong one, tokens of every issuer that shares the "
            "key count.",
            source="RFC 9068 §2.2, §4; RFC 8725 §3.8",
        ),
        MintingSteps(claims=set_members(iss=ABSENT)),
    ),
    CatalogueEntry(
        _defect(
            id="iss-slash",
            title="a token whose issuer ends with a slash",
            wrong="`iss` is the right one, with a slash after it.",
            why="Issuers are compared character by character: another spelling may be another "
            "tenant.",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(claims=change_text_claim("iss", lambda ours: f"{ours}/")),
    ),
    CatalogueEntry(
        _defect(
            id="iss-look-alike",
            title="a token whose issuer only looks right",
            wrong="`iss` is spelled with Cyrillic letters that look like Latin ones.",
            why="Who compares what people see, after a normalisation that goes too far, trusts "
            "whoever registers the other name.",
        ),
        MintingSteps(claims=change_text_claim("iss", _replace_look_alikes)),
    ),
    CatalogueEntry(
        _defect(
            id="iss-prefix",
            title="a token from the beginning of the issuer's name",
            wrong="`iss` lacks the last character of the right one.",
            why="Where the issuer is sought as a part of another text, any part of it counts.",
            source="RFC 7519 §4.1.1; CVE-2024-53861",
        ),
        MintingSteps(claims=change_text_claim("iss", lambda ours: ours[:-1])),
    ),
    CatalogueEntry(
        _defect(
            id="iss-extended",
            title="a token whose issuer begins like the right one",
            wrong="`iss` is the right one, with `.attacker.example` after it.",
            why="Where only the beginning is compared, whoever registers the longer name is "
            "trusted.",
        ),
        MintingSteps(claims=change_text_claim("iss", lambda ours: f"{ours}.attacker.example")),
    ),
    CatalogueEntry(
        _defect(
            id="iss-case",
            title="a token whose issuer is in the other case",
            wrong="`iss` has capitals for small letters and the reverse.",
            why="Issuers are compared case-sensitively: another spelling may be another tenant.",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(claims=change_text_claim("iss", str.swapcase)),
    ),
)
