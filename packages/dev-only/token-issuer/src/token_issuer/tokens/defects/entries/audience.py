# DEV-ONLY: never ship to production.
"""Defects of `aud`: tokens for other services, or for none."""

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
_ELSEWHERE: Final = "Whoever is given tokens for another service uses them here."
_OTHER: Final = "another-service"

ENTRIES: Final = (
    CatalogueEntry(
        _defect(
            id="aud-wrong",
            title="a token for another service",
            wrong=f"`aud` says `{_OTHER}`.",
            why=_ELSEWHERE,
        ),
        MintingSteps(claims=set_members(aud=_OTHER)),
    ),
    CatalogueEntry(
        _defect(
            id="aud-missing",
            title="a token for nobody in particular",
            wrong="The claims set has no `aud`.",
            why="A token that names no service counts at each that trusts the issuer.",
            source="RFC 9068 §2.2, §4; RFC 8725 §3.9",
        ),
        MintingSteps(claims=set_members(aud=ABSENT)),
    ),
    CatalogueEntry(
        _defect(
            id="aud-list-other",
            title="a token for two other services",
            wrong="`aud` is a list of two names, and none of them is the right one.",
            why=_ELSEWHERE,
        ),
        MintingSteps(claims=set_members(aud=[_OTHER, "a-third-service"])),
    ),
    CatalogueEntry(
        _defect(
            id="aud-list-empty",
            title="a token whose list of services is empty",
            wrong="`aud` is an empty list.",
            why="Where no name to compare means no mismatch, the token counts everywhere.",
            source="RFC 7519 §4.1.3; CVE-2020-26160",
        ),
        MintingSteps(claims=set_members(aud=[])),
    ),
    CatalogueEntry(
        _defect(
            id="aud-list-ours",
            title="a token for this service and another one",
            wrong="Nothing: `aud` is a list, and the right name is in it.",
            why="Who refuses it locks out users whose tokens are for several services.",
            source="RFC 7519 §4.1.3",
            verdict=Verdict.ACCEPT,
            severity=Severity.LOW,
        ),
        MintingSteps(claims=change_text_claim("aud", lambda ours: [_OTHER, ours])),
    ),
    CatalogueEntry(
        _defect(
            id="aud-prefix",
            title="a token for the beginning of this service's name",
            wrong="`aud` lacks the last character of the right name.",
            why="Where the name is sought as a part of another text, any part of it counts.",
        ),
        MintingSteps(claims=change_text_claim("aud", lambda ours: ours[:-1])),
    ),
    CatalogueEntry(
        _defect(
            id="aud-extended",
            title="a token for a service whose name begins like this one's",
            wrong="`aud` is the right name, with `-staging` after it.",
            why="Where only the beginning is compared, the tokens of a service with a longer name "
            "count here.",
        ),
        MintingSteps(claims=change_text_claim("aud", lambda ours: f"{ours}-staging")),
    ),
    CatalogueEntry(
        _defect(
            id="aud-case",
            title="a token for this service's name in the other case",
            wrong="`aud` has small letters for capitals and the reverse.",
            why="Names are compared case-sensitively: two services may differ in nothing else.",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(claims=change_text_claim("aud", str.swapcase)),
    ),
    CatalogueEntry(
        _defect(
            id="aud-empty",
            title="a token whose service is empty text",
            wrong="`aud` is empty text.",
            why="Empty text is a part of every text, and counts as absent for some.",
            source="RFC 7519 §4.1.3; CVE-2020-26160",
        ),
        MintingSteps(claims=set_members(aud="")),
    ),
    CatalogueEntry(
        _defect(
            id="aud-padded",
            title="a token for this service's name and a blank",
            wrong="`aud` is the right name, with a blank after it.",
            why="Names are compared as they are: who trims them takes two services for one.",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(claims=change_text_claim("aud", lambda ours: f"{ours} ")),
    ),
)
