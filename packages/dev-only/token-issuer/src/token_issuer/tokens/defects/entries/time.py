# DEV-ONLY: never ship to production.
"""Defects of `exp`, `nbf` and `iat`: expired, not yet valid, or of the wrong type."""

from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import set_members, set_time_claim, write_member
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import ABSENT, CatalogueEntry, MintingSteps

_DAY_S: Final = 86400
_defect = partial(Defect, group="time", verdict=Verdict.REFUSE, severity=Severity.HIGH, check="exp")

ENTRIES: Final = (
    CatalogueEntry(
        _defect(
            id="exp-past-second",
            title="a token that expired a second ago",
            wrong="`exp` is one second before the present.",
            why="A leeway prolongs the life of stolen tokens. RFC 7519 §4.1.4 allows one of a few "
            "minutes, so this may be meant.",
            source="RFC 7519 §4.1.4",
            verdict=Verdict.EITHER,
            severity=Severity.LOW,
        ),
        MintingSteps(claims=set_time_claim("exp", -1)),
    ),
    CatalogueEntry(
        _defect(
            id="exp-past-day",
            title="a token that expired a day ago",
            wrong="`exp` is a day before the present.",
            why="A token that was stolen or found in a log counts for ever.",
            source="RFC 7519 §4.1.4",
        ),
        MintingSteps(claims=set_time_claim("exp", -_DAY_S)),
    ),
    CatalogueEntry(
        _defect(
            id="exp-missing",
            title="a token without `exp`",
            wrong="The claims set has no `exp`.",
            why="It never expires. RFC 7519 leaves `exp` to the application; for access tokens "
            "RFC 9068 requires it.",
            source="RFC 9068 §2.2, §4; RFC 7519 §4.1.4",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(claims=set_members(exp=ABSENT)),
    ),
    CatalogueEntry(
        _defect(
            id="exp-string",
            title="a token whose `exp` is text",
            wrong="`exp` is the right number, in quotes.",
            why="Where text is compared with a number, or skipped for not being one, tokens never "
            "expire.",
            source="RFC 7519 §4.1.4, §2 (NumericDate)",
            severity=Severity.LOW,
        ),
        MintingSteps(claims=lambda good: {"exp": str(good.claims["exp"])}),
    ),
    CatalogueEntry(
        _defect(
            id="exp-float",
            title="a token whose `exp` has a fraction",
            wrong="Nothing: `exp` is half a second later than it was, and a NumericDate may have a "
            "fraction.",
            why="Who refuses it, or fails on it, locks out the users of an issuer that writes "
            "times so.",
            source="RFC 7519 §2 (NumericDate)",
            verdict=Verdict.ACCEPT,
            severity=Severity.LOW,
        ),
        MintingSteps(claims=lambda good: {"exp": good.claims["exp"] + 0.5}),
    ),
    CatalogueEntry(
        _defect(
            id="exp-zero",
            title="a token that expired in 1970",
            wrong="`exp` is 0.",
            why="Where zero counts as absent, and absent as for ever, an expired token is good.",
            source="RFC 7519 §4.1.4",
        ),
        MintingSteps(claims=set_members(exp=0)),
    ),
    CatalogueEntry(
        _defect(
            id="exp-negative",
            title="a token that expired before 1970",
            wrong="`exp` is -1.",
            why="Where the number loses its sign, it is far in the future; where -1 means for "
            "ever, it is that.",
            source="RFC 7519 §4.1.4, §2 (NumericDate)",
        ),
        MintingSteps(claims=set_members(exp=-1)),
    ),
    CatalogueEntry(
        _defect(
            id="exp-overflow",
            title="a token whose `exp` is beyond 64 bits",
            wrong="`exp` is the integer 10^20.",
            why="The number wraps around or the conversion to a date fails. It is legal JSON and a "
            "time far away, and a verifier may have its limits (RFC 8259 §6): only a crash is "
            "wrong.",
            source="RFC 8259 §6; RFC 7519 §2 (NumericDate)",
            verdict=Verdict.EITHER,
            severity=Severity.MEDIUM,
        ),
        MintingSteps(claims=set_members(exp=10**20)),
    ),
    CatalogueEntry(
        _defect(
            id="exp-infinite",
            title="a token whose `exp` is beyond floating point",
            wrong="`exp` is written as 1e400, which most parsers read as infinity.",
            why="Infinity never passes, and its conversion to a date fails. It is legal JSON, and "
            "a verifier may have its limits (RFC 8259 §6): only a crash is wrong.",
            source="RFC 8259 §6; RFC 7519 §2 (NumericDate)",
            verdict=Verdict.EITHER,
            severity=Severity.MEDIUM,
        ),
        MintingSteps(encode_payload=write_member("exp", "1e400")),
    ),
    CatalogueEntry(
        _defect(
            id="exp-nan",
            title="a token whose `exp` is NaN",
            wrong="`exp` is written as NaN, which is not JSON.",
            why="Every comparison with NaN is false, so that such a token never expires.",
            source="RFC 8259 §6; RFC 7519 §7.2 step 10",
            check="json",
        ),
        MintingSteps(encode_payload=write_member("exp", "NaN")),
    ),
    CatalogueEntry(
        _defect(
            id="nbf-future",
            title="a token that is not valid before tomorrow",
            wrong="`nbf` is a day after the present.",
            why="Access that was granted from a certain time on is had before.",
            source="RFC 7519 §4.1.5",
            severity=Severity.MEDIUM,
            check="nbf",
        ),
        MintingSteps(claims=set_time_claim("nbf", _DAY_S)),
    ),
    CatalogueEntry(
        _defect(
            id="nbf-string",
            title="a token whose time of beginning is text",
            wrong="`nbf` is a number, in quotes.",
            why="Where text is compared with a number the request fails, or the check is skipped.",
            source="RFC 7519 §4.1.5, §2 (NumericDate)",
            severity=Severity.LOW,
            check="nbf",
        ),
        MintingSteps(claims=lambda good: {"nbf": str(good.now)}),
    ),
    CatalogueEntry(
        _defect(
            id="iat-future",
            title="a token that was issued tomorrow",
            wrong="`iat` is a day after the present.",
            why="Clocks are apart, or the token was made by somebody who dates it forward to "
            "outlive a limit on its age. RFC 7519 §4.1.6 asks for no check.",
            source="RFC 7519 §4.1.6",
            verdict=Verdict.EITHER,
            severity=Severity.LOW,
            check="iat",
        ),
        MintingSteps(claims=set_time_claim("iat", _DAY_S)),
    ),
)
