# DEV-ONLY: never ship to production.
"""Defects of the header parameters `crit`, `b64`, `typ` and `cty`."""

from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import set_members
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import CatalogueEntry, MintingSteps

_defect = partial(
    Defect, group="header", verdict=Verdict.REFUSE, severity=Severity.MEDIUM, check="crit"
)
_PRODUCERS: Final = (
    "Producers must not write it; who takes it may read `crit` carelessly or not at all. RFC 7515 "
    "§4.1.11 lets recipients refuse it, and does not make them."
)

ENTRIES: Final = (
    CatalogueEntry(
        _defect(
            id="crit-unknown",
            title="a token with a critical extension that nobody knows",
            wrong="`crit` lists `x-policy`, which is in the header and in no registry.",
            why="`crit` is how an issuer says that a token must not count without a restriction; "
            "who ignores it drops the restriction.",
            source="RFC 7515 §4.1.11; CVE-2025-59420, CVE-2026-32597",
        ),
        MintingSteps(header=set_members(crit=["x-policy"], **{"x-policy": "deny"})),
    ),
    CatalogueEntry(
        _defect(
            id="crit-empty",
            title="a token whose list of critical extensions is empty",
            wrong="`crit` is an empty list.",
            why=_PRODUCERS,
            source="RFC 7515 §4.1.11",
            verdict=Verdict.EITHER,
            severity=Severity.LOW,
        ),
        MintingSteps(header=set_members(crit=[])),
    ),
    CatalogueEntry(
        _defect(
            id="crit-registered",
            title="a token that calls a standard parameter a critical extension",
            wrong="`crit` lists `alg`, which is no extension.",
            why=_PRODUCERS,
            source="RFC 7515 §4.1.11",
            verdict=Verdict.EITHER,
            severity=Severity.LOW,
        ),
        MintingSteps(header=set_members(crit=["alg"])),
    ),
    CatalogueEntry(
        _defect(
            id="b64-critical",
            title="a token that says its payload is not encoded",
            wrong="`b64` is false and listed in `crit`, so the payload is the base64url text "
            "itself and no claims set.",
            why="Two verifiers see two payloads under one signature. JWTs must not use it.",
            source="RFC 7797 §6, §7; RFC 7515 §4.1.11",
        ),
        MintingSteps(header=set_members(b64=False, crit=["b64"])),
    ),
    CatalogueEntry(
        _defect(
            id="b64-uncritical",
            title="a token that says so without calling it critical",
            wrong="`b64` is false and `crit` is missing.",
            why="Verifiers that know the extension and those that do not see two payloads under "
            "one signature. JWTs must not use it, and nothing may without `crit`; but who does not "
            "know it has to ignore it (RFC 7515 §4).",
            source="RFC 7797 §6, §7; RFC 7515 §4",
            verdict=Verdict.EITHER,
            severity=Severity.LOW,
        ),
        MintingSteps(header=set_members(b64=False)),
    ),
    CatalogueEntry(
        _defect(
            id="typ-wrong",
            title="a token that was made for another purpose",
            wrong="`typ` says `secevent+jwt`: a security event, no access token.",
            why="What one service signs as a message about a user counts at another as his login.",
            source="RFC 8725 §2.8, §3.11, §3.12; RFC 9068 §4",
            severity=Severity.LOW,
            check="typ",
        ),
        MintingSteps(header=set_members(typ="secevent+jwt")),
    ),
    CatalogueEntry(
        _defect(
            id="cty-nested",
            title="a token that says that it holds another token",
            wrong="`cty` says `JWT`, yet the payload is a claims set.",
            why="A verifier that follows it sees another token than one that does not; that the "
            "outer claims count is against the specification.",
            source="RFC 7519 §5.2, §7.2 step 8",
            severity=Severity.LOW,
            check="cty",
        ),
        MintingSteps(header=set_members(cty="JWT")),
    ),
)
