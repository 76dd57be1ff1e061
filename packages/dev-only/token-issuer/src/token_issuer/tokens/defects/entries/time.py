# DEV-ONLY: never ship to production.
"""Defects of `exp`, `nbf` and `iat`: expired, not yet valid, or of the wrong type."""

import math
from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import set_members, set_time_claim, write_member
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import ABSENT, CatalogueEntry, MintingSteps

_DAY_S: Final = 86400
_LEEWAY_S: Final = 300
"""The few minutes that RFC 7519 §4.1.4 allows."""
_defect = partial(Defect, group="time", verdict=Verdict.REFUSE, severity=Severity.HIGH, check="exp")

ENTRIES: Final = (
    CatalogueEntry(
        _defect(
            id="exp-past-second",
            title="a token that expired a second ago",
            wrong="`exp` is 1 second before the current time.",
            why="A leeway prolongs the life of stolen tokens. RFC 7519 §4.1.4 allows a leeway of a "
            "few minutes, so accepting the token may be intended.",
            source="RFC 7519 §4.1.4",
            verdict=Verdict.EITHER,
            severity=Severity.LOW,
        ),
        MintingSteps(claims=set_time_claim("exp", -1)),
        lambda t: t.now - _LEEWAY_S < t.get_number("exp") <= t.now,
    ),
    CatalogueEntry(
        _defect(
            id="exp-past-day",
            title="a token that expired a day ago",
            wrong="`exp` is 1 day before the current time.",
            why="A token that was stolen or found in a log stays valid without limit.",
            source="RFC 7519 §4.1.4",
        ),
        MintingSteps(claims=set_time_claim("exp", -_DAY_S)),
        lambda t: 0 < t.get_number("exp") <= t.now - _LEEWAY_S,
    ),
    CatalogueEntry(
        _defect(
            id="exp-missing",
            title="a token without `exp`",
            wrong="The claims set has no `exp`.",
            why="The token never expires. RFC 7519 leaves `exp` to the application; RFC 9068 "
            "requires it in access tokens.",
            source="RFC 9068 §2.2, §4; RFC 7519 §4.1.4",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(claims=set_members(exp=ABSENT)),
        lambda t: t.lacks("exp"),
    ),
    CatalogueEntry(
        _defect(
            id="exp-string",
            title="a token whose `exp` is a string",
            wrong="`exp` is the right number, as a string.",
            why="If the verifier compares the string with a number, or skips it because it is not "
            "a number, tokens never expire.",
            source="RFC 7519 §4.1.4, §2 (NumericDate)",
            severity=Severity.LOW,
        ),
        MintingSteps(claims=lambda good: {"exp": str(good.claims["exp"])}),
        lambda t: isinstance(t.claims.get("exp"), str),
    ),
    CatalogueEntry(
        _defect(
            id="exp-float",
            title="a token whose `exp` has a fraction",
            wrong="Nothing is wrong: `exp` is 0.5 seconds later than in the good token, and a "
            "NumericDate may have a fraction.",
            why="A verifier that rejects it or fails on it locks out the users of an issuer that "
            "writes fractions.",
            source="RFC 7519 §2 (NumericDate)",
            verdict=Verdict.ACCEPT,
            severity=Severity.LOW,
        ),
        MintingSteps(claims=lambda good: {"exp": good.claims["exp"] + 0.5}),
        lambda t: t.get_number("exp") % 1 > 0,
    ),
    CatalogueEntry(
        _defect(
            id="exp-zero",
            title="a token that expired in 1970",
            wrong="`exp` is 0.",
            why="If the verifier treats 0 as absent, and an absent `exp` as no limit, it accepts "
            "an expired token.",
            source="RFC 7519 §4.1.4",
        ),
        MintingSteps(claims=set_members(exp=0)),
        lambda t: t.get_number("exp") == 0,
    ),
    CatalogueEntry(
        _defect(
            id="exp-negative",
            title="a token that expired before 1970",
            wrong="`exp` is -1.",
            why="If the verifier loses the sign, the time is far in the future. If it reads -1 as "
            "no limit, the token never expires.",
            source="RFC 7519 §4.1.4, §2 (NumericDate)",
        ),
        MintingSteps(claims=set_members(exp=-1)),
        lambda t: t.get_number("exp") < 0,
    ),
    CatalogueEntry(
        _defect(
            id="exp-overflow",
            title="a token whose `exp` exceeds 64 bits",
            wrong="`exp` is the integer 10^20.",
            why="The number may wrap around, or its conversion to a date may fail. It is valid "
            "JSON and a time far in the future, but a verifier may limit the range of numbers (RFC "
            "8259 §6). Only a crash is wrong.",
            source="RFC 8259 §6; RFC 7519 §2 (NumericDate)",
            verdict=Verdict.EITHER,
            severity=Severity.MEDIUM,
        ),
        MintingSteps(claims=set_members(exp=10**20)),
        lambda t: 2**63 <= t.get_number("exp") < math.inf,
    ),
    CatalogueEntry(
        _defect(
            id="exp-infinite",
            title="a token whose `exp` exceeds the range of floating point",
            wrong="`exp` is written as 1e400, which most parsers read as infinity.",
            why="An infinite time never passes, and its conversion to a date fails. The number is "
            "valid JSON, but a verifier may limit the range of numbers (RFC 8259 §6). Only a crash "
            "is wrong.",
            source="RFC 8259 §6; RFC 7519 §2 (NumericDate)",
            verdict=Verdict.EITHER,
            severity=Severity.MEDIUM,
        ),
        MintingSteps(encode_payload=write_member("exp", "1e400")),
        lambda t: t.get_number("exp") == math.inf,
    ),
    CatalogueEntry(
        _defect(
            id="exp-nan",
            title="a token whose `exp` is NaN",
            wrong="`exp` is written as NaN, which is not JSON.",
            why="Every comparison with NaN is false, so the token never expires.",
            source="RFC 8259 §6; RFC 7519 §7.2 step 10",
            check="json",
        ),
        MintingSteps(encode_payload=write_member("exp", "NaN")),
        lambda t: t.is_nan("exp"),
    ),
    CatalogueEntry(
        _defect(
            id="nbf-future",
            title="a token that is not valid before tomorrow",
            wrong="`nbf` is 1 day after the current time.",
            why="Access that should begin at a certain time begins earlier.",
            source="RFC 7519 §4.1.5",
            severity=Severity.MEDIUM,
            check="nbf",
        ),
        MintingSteps(claims=set_time_claim("nbf", _DAY_S)),
        lambda t: t.get_number("nbf") > t.now,
    ),
    CatalogueEntry(
        _defect(
            id="nbf-string",
            title="a token whose `nbf` is a string",
            wrong="`nbf` is a number, as a string.",
            why="If the verifier compares the string with a number, the request fails or the check "
            "is skipped.",
            source="RFC 7519 §4.1.5, §2 (NumericDate)",
            severity=Severity.LOW,
            check="nbf",
        ),
        MintingSteps(claims=lambda good: {"nbf": str(good.now)}),
        lambda t: isinstance(t.claims.get("nbf"), str),
    ),
    CatalogueEntry(
        _defect(
            id="iat-future",
            title="a token whose `iat` is tomorrow",
            wrong="`iat` is 1 day after the current time.",
            why="Either the clocks differ, or the token is dated forward to evade a limit on its "
            "age. RFC 7519 §4.1.6 requires no check.",
            source="RFC 7519 §4.1.6",
            verdict=Verdict.EITHER,
            severity=Severity.LOW,
            check="iat",
        ),
        MintingSteps(claims=set_time_claim("iat", _DAY_S)),
        lambda t: t.get_number("iat") > t.now,
    ),
)
