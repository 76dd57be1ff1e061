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
_HUGE: Final = 100_000

ENTRIES: Final = (
    CatalogueEntry(
        _defect(
            id="sub-missing",
            title="a token without a subject",
            wrong="The claims set has no `sub`.",
            why="If an empty name is that of a user, or the name from the previous request is "
            "kept, the request is executed for another user. RFC 7519 §4.1.2 leaves `sub` to the "
            "application.",
            source="RFC 7519 §4.1.2; RFC 9068 §2.2",
        ),
        MintingSteps(claims=set_members(sub=ABSENT)),
        lambda t: t.lacks("sub"),
    ),
    CatalogueEntry(
        _defect(
            id="sub-number",
            title="a token whose subject is a number",
            wrong="`sub` is the number 42.",
            why="A number violates the specification. A service that treats the number and the "
            "string as equal may confuse two users.",
            source="RFC 7519 §4.1.2, §2 (StringOrURI)",
            verdict=Verdict.REFUSE,
            severity=Severity.LOW,
        ),
        MintingSteps(claims=set_members(sub=42)),
        lambda t: t.is_number("sub"),
    ),
    CatalogueEntry(
        _defect(
            id="sub-surrogate",
            title="a token whose subject has half of a surrogate pair",
            wrong=r"`sub` ends with the escape `\ud800`, which represents no character on its own.",
            why="A string with half of a surrogate pair cannot be encoded as UTF-8, so writing it "
            "to a log or a header fails. RFC 8259 §8.2 calls the behaviour unpredictable, but "
            "forbids nothing. Only a crash is wrong.",
            source="RFC 8259 §8.2; RFC 7493 §2.1",
            check="json",
        ),
        MintingSteps(
            claims=change_text_claim("sub", lambda ours: f"{ours}\ud800"),
            encode_payload=encode_escaped,
        ),
        lambda t: any("\ud800" <= each <= "\udfff" for each in t.get_text("sub")),
    ),
    CatalogueEntry(
        _defect(
            id="sub-huge",
            title="a token whose subject is a million characters long",
            wrong="`sub` is the letter s, 1,000,000 times.",
            why="Anyone who can choose a long name can fill memory and logs. No specification sets "
            "a limit. Only a crash is wrong.",
            source="RFC 9110 §5.4",
            check="size",
        ),
        MintingSteps(claims=set_members(sub="s" * 1_000_000)),
        lambda t: len(t.get_text("sub")) >= _HUGE,
    ),
)
