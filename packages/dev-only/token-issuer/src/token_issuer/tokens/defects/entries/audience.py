# DEV-ONLY: never ship to production.
"""Defects of `aud`: tokens for other services, and tokens without an audience."""

from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import change_text_claim, set_members
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import ABSENT, CatalogueEntry, MintingSteps

_defect = partial(
    Defect,
    group="audience",
    verdict=Verdict.REFUSE,
    severity=Severity.HIGH,
    check="aud",
    source="RFC 7519 §4.1.3; RFC 8725 §3.9",
)
_ELSEWHERE: Final = "Anyone who receives tokens for another service can use them here."
_OTHER: Final = "another-service"

ENTRIES: Final = (
    CatalogueEntry(
        _defect(
            id="aud-wrong",
            title="a token for another service",
            wrong=f"`aud` is `{_OTHER}`.",
            why=_ELSEWHERE,
        ),
        MintingSteps(claims=set_members(aud=_OTHER)),
        lambda t: t.get_likeness("aud") == "wrong",
    ),
    CatalogueEntry(
        _defect(
            id="aud-missing",
            title="a token without an audience",
            wrong="The claims set has no `aud`.",
            why="If the verifier accepts a missing `aud`, a token that names no service is "
            "accepted by every service that trusts the issuer.",
            source="RFC 9068 §2.2, §4; RFC 8725 §3.9",
        ),
        MintingSteps(claims=set_members(aud=ABSENT)),
        lambda t: t.lacks("aud"),
    ),
    CatalogueEntry(
        _defect(
            id="aud-list-other",
            title="a token for two other services",
            wrong="`aud` is a list of two names, and neither is that of this service.",
            why=_ELSEWHERE,
        ),
        MintingSteps(claims=set_members(aud=[_OTHER, "a-third-service"])),
        lambda t: t.audiences != [] and t.audience not in t.audiences,
    ),
    CatalogueEntry(
        _defect(
            id="aud-list-empty",
            title="a token whose list of audiences is empty",
            wrong="`aud` is an empty list.",
            why="If the verifier only looks for a wrong name in the list, every service accepts "
            "the token.",
            source="RFC 7519 §4.1.3; CVE-2020-26160",
        ),
        MintingSteps(claims=set_members(aud=[])),
        lambda t: t.claims.get("aud") == [],
    ),
    CatalogueEntry(
        _defect(
            id="aud-list-ours",
            title="a token for this service and another one",
            wrong="Nothing is wrong: `aud` is a list that contains the name of this service.",
            why="A verifier that rejects it locks out users whose tokens are for several services.",
            source="RFC 7519 §4.1.3",
            verdict=Verdict.ACCEPT,
            severity=Severity.LOW,
        ),
        MintingSteps(claims=change_text_claim("aud", lambda ours: [_OTHER, ours])),
        lambda t: len(t.audiences) > 1 and t.audience in t.audiences,
    ),
    CatalogueEntry(
        _defect(
            id="aud-prefix",
            title="a token whose audience is the beginning of this service's name",
            wrong="`aud` is the name of this service without its last character.",
            why="If the verifier tests whether its own name contains `aud`, any part of the name "
            "matches.",
        ),
        MintingSteps(claims=change_text_claim("aud", lambda ours: ours[:-1])),
        lambda t: t.get_likeness("aud") == "prefix",
    ),
    CatalogueEntry(
        _defect(
            id="aud-extended",
            title="a token for a service whose name begins with this service's name",
            wrong="`aud` is the name of this service, followed by `-staging`.",
            why="If the verifier compares only the beginning, it accepts the tokens of a service "
            "with a longer name.",
        ),
        MintingSteps(claims=change_text_claim("aud", lambda ours: f"{ours}-staging")),
        lambda t: t.get_likeness("aud") == "extended",
    ),
    CatalogueEntry(
        _defect(
            id="aud-case",
            title="a token whose audience has upper and lower case swapped",
            wrong="`aud` is the name of this service, with upper and lower case swapped.",
            why="Names are compared case-sensitively, because two services may differ in case "
            "alone.",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(claims=change_text_claim("aud", str.swapcase)),
        lambda t: t.get_likeness("aud") == "case",
    ),
    CatalogueEntry(
        _defect(
            id="aud-empty",
            title="a token whose audience is an empty string",
            wrong="`aud` is an empty string.",
            why="Every string contains the empty string, and some verifiers treat it as an absent "
            "`aud`.",
            source="RFC 7519 §4.1.3; CVE-2020-26160",
        ),
        MintingSteps(claims=set_members(aud="")),
        lambda t: t.claims.get("aud") == "",
    ),
    CatalogueEntry(
        _defect(
            id="aud-padded",
            title="a token whose audience ends with a space",
            wrong="`aud` is the name of this service, followed by a space.",
            why="Names are compared without any change: a verifier that trims them may confuse two "
            "services.",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(claims=change_text_claim("aud", lambda ours: f"{ours} ")),
        lambda t: t.get_likeness("aud") == "padded",
    ),
)
