# DEV-ONLY: never ship to production.
"""Defects of `sub`: missing, of the wrong type, or too long."""

from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import change_text_claim, encode_escaped, set_members
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import ABSENT, CatalogueEntry, MintingSteps

_defect = partial(
    Defect, group="subject", verdict=Verdict.EITHER, severity=Severity.MEDIUM, check="sub"
)

ENTRIES: Final = (
    CatalogueEntry(
        _defect(
            id="sub-missing",
            title="a token about nobody",
            wrong="The claims set has no `sub`.",
            why="Where an empty name is somebody, or the name of the request before is left over, "
            "the request is done for another user. RFC 7519 §4.1.2 leaves `sub` to the "
            "application.",
            source="RFC 7519 §4.1.2; RFC 9068 §2.2",
        ),
        MintingSteps(claims=set_members(sub=ABSENT)),
    ),
    CatalogueEntry(
        _defect(
            id="sub-number",
            title="a token whose subject is a number",
            wrong="`sub` is the number 42.",
            why="It is against the specification; where 42 and text are compared, two users may "
            "be one.",
            source="RFC 7519 §4.1.2, §2 (StringOrURI)",
            verdict=Verdict.REFUSE,
            severity=Severity.LOW,
        ),
        MintingSteps(claims=set_members(sub=42)),
    ),
    CatalogueEntry(
        _defect(
            id="sub-surrogate",
            title="a token whose subject has half of a surrogate pair",
            wrong=r"`sub` ends with the escape `\ud800`, which stands for no character.",
            why="Such text can't be encoded, so what writes it to a log or a header fails. RFC "
            "8259 §8.2 calls the behaviour unpredictable and forbids nothing: only a crash is "
            "wrong.",
            source="RFC 8259 §8.2; RFC 7493 §2.1",
            check="json",
        ),
        MintingSteps(
            claims=change_text_claim("sub", lambda ours: f"{ours}\ud800"),
            encode_payload=encode_escaped,
        ),
    ),
    CatalogueEntry(
        _defect(
            id="sub-huge",
            title="a token whose subject is a million characters long",
            wrong="`sub` is 1,000,000 times the letter s.",
            why="Whoever can choose a long name fills memory and logs. No specification has a "
            "limit: only a crash is wrong.",
            source="RFC 9110 §5.4",
            check="size",
        ),
        MintingSteps(claims=set_members(sub="s" * 1_000_000)),
    ),
)
