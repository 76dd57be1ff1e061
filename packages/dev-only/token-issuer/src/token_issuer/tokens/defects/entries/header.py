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
    "A verifier that accepts it may read `crit` carelessly or not at all. RFC 7515 §4.1.11 forbids "
    "producers to write such a `crit`. Recipients may reject the token, but do not have to."
)
_REGISTERED: Final = (
    "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit",
)  # fmt: skip
"""The parameters of RFC 7515 §4.1."""

ENTRIES: Final = (
    CatalogueEntry(
        _defect(
            id="crit-unknown",
            title="a token with an unknown critical extension",
            wrong="`crit` lists `x-policy`. The header contains it, but no registry defines it.",
            why="`crit` lists the extensions that a verifier must support to accept the token. A "
            "verifier that ignores `crit` drops a restriction of the issuer.",
            source="RFC 7515 §4.1.11; CVE-2025-59420, CVE-2026-32597",
        ),
        MintingSteps(header=set_members(crit=["x-policy"], **{"x-policy": "deny"})),
        lambda t: any(name not in ("b64", *_REGISTERED) for name in t.critical),
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
        lambda t: t.header.get("crit") == [],
    ),
    CatalogueEntry(
        _defect(
            id="crit-registered",
            title="a token that lists a standard parameter as a critical extension",
            wrong="`crit` lists `alg`, which is not an extension.",
            why=_PRODUCERS,
            source="RFC 7515 §4.1.11",
            verdict=Verdict.EITHER,
            severity=Severity.LOW,
        ),
        MintingSteps(header=set_members(crit=["alg"])),
        lambda t: any(name in _REGISTERED for name in t.critical),
    ),
    CatalogueEntry(
        _defect(
            id="b64-critical",
            title="a token that declares its payload as not encoded",
            wrong="`b64` is false and listed in `crit`. The payload is therefore the base64url "
            "text itself, which is not a claims set.",
            why="Verifiers with and without support for `b64` read two different payloads under "
            "one signature. JWTs must not use `b64`.",
            source="RFC 7797 §6, §7; RFC 7515 §4.1.11",
        ),
        MintingSteps(header=set_members(b64=False, crit=["b64"])),
        lambda t: t.header.get("b64") is False and "b64" in t.critical,
    ),
    CatalogueEntry(
        _defect(
            id="b64-uncritical",
            title="a token that declares its payload as not encoded, without `crit`",
            wrong="`b64` is false, and `crit` is missing.",
            why="Verifiers with and without support for `b64` read two different payloads under "
            "one signature. JWTs must not use `b64`, and other tokens must list it in `crit`. A "
            "verifier without support must ignore `b64` (RFC 7515 §4).",
            source="RFC 7797 §6, §7; RFC 7515 §4",
            verdict=Verdict.EITHER,
            severity=Severity.LOW,
        ),
        MintingSteps(header=set_members(b64=False)),
        lambda t: t.header.get("b64") is False and "b64" not in t.critical,
    ),
    CatalogueEntry(
        _defect(
            id="typ-wrong",
            title="a token that was made for another purpose",
            wrong="`typ` is `secevent+jwt`: the token is a security event, not an access token.",
            why="If a service ignores `typ`, it may accept a message about a user as a login of "
            "that user.",
            source="RFC 8725 §2.8, §3.11, §3.12; RFC 9068 §4",
            severity=Severity.LOW,
            check="typ",
        ),
        MintingSteps(header=set_members(typ="secevent+jwt")),
        lambda t: t.get_media_type("typ") not in {"", "jwt", "at+jwt"},
    ),
    CatalogueEntry(
        _defect(
            id="cty-nested",
            title="a token that declares another token as its content",
            wrong="`cty` is `JWT`, but the payload is a claims set.",
            why="A verifier that obeys `cty` reads a different token from one that ignores it. "
            "Accepting the outer claims violates the specification.",
            source="RFC 7519 §5.2, §7.2 step 8",
            severity=Severity.LOW,
            check="cty",
        ),
        MintingSteps(header=set_members(cty="JWT")),
        lambda t: t.get_media_type("cty") == "jwt",
    ),
)
