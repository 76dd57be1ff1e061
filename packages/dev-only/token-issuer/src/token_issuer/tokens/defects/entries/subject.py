# DEV-ONLY: never ship to production.
"""Whom a token is about."""

from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import alter, encode_escaped, put
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.recipe import ABSENT, Entry, Recipe

_defect = partial(
    Defect, group="subject", verdict=Verdict.EITHER, severity=Severity.MEDIUM, check="sub"
)

ENTRIES: Final = (
    Entry(
        _defect(
            id="sub-missing",
            title="a token about nobody",
            wrong="The claims set has no `sub`.",
            why="Where an empty name is somebody, or the name of the request before is left over, "
            "the request is done for another user. RFC 7519 §4.1.2 leaves `sub` to the "
            "application.",
            source="RFC 7519 §4.1.2; RFC 9068 §2.2",
        ),
        Recipe(claims=put(sub=ABSENT)),
    ),
    Entry(
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
        Recipe(claims=put(sub=42)),
    ),
    Entry(
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
        Recipe(claims=alter("sub", lambda ours: f"{ours}\ud800"), encode_payload=encode_escaped),
    ),
    Entry(
        _defect(
            id="sub-huge",
            title="a token whose subject is a million characters long",
            wrong="`sub` is 1,000,000 times the letter s.",
            why="Whoever can choose a long name fills memory and logs. No specification has a "
            "limit: only a crash is wrong.",
            source="RFC 9110 §5.4",
            check="size",
        ),
        Recipe(claims=put(sub="s" * 1_000_000)),
    ),
)
