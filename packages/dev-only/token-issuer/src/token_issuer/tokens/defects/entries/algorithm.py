# DEV-ONLY: never ship to production.
"""Defects of `alg`: an algorithm that the key is not for, or `none`."""

from collections.abc import Callable
from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import set_members
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.ingredients import TokenIngredients
from token_issuer.tokens.defects.minting_steps import CatalogueEntry, MintingSteps
from token_issuer.tokens.defects.signatures import (
    sign_hs256,
    sign_ps256,
    sign_rs512,
    sign_with_good_key,
)

_defect = partial(
    Defect,
    group="algorithm",
    verdict=Verdict.REFUSE,
    severity=Severity.CRITICAL,
    check="algorithms",
)


def _make_none(id_: str, spelling: str, *, is_signed: bool) -> CatalogueEntry:
    signature = "the good key made the signature" if is_signed else "the signature is empty"
    why = (
        "A verifier that lets a token declare itself unsigned accepts tokens that anyone can "
        "forge. Comparing `alg` with one spelling of `none` does not stop the other spellings."
    )
    return CatalogueEntry(
        _defect(
            id=f"{id_}-signed" if is_signed else id_,
            title=f"a token with `alg` {spelling} and {'a good' if is_signed else 'no'} signature",
            wrong=f"`alg` is `{spelling}`, and {signature}.",
            why=why,
            source="RFC 8725 §2.1, §3.1, §3.2; RFC 7518 §3.6; CVE-2015-9235, CVE-2026-28802",
        ),
        MintingSteps(
            header=set_members(alg=spelling),
            sign=sign_with_good_key if is_signed else (lambda _, __: b""),
        ),
        lambda t: bool(t.signature_part) is is_signed and _get_spelling(t.alg) == spelling,
    )


def _get_spelling(alg: str) -> str:
    """Return the spelling of `none` in the catalogue that stands for *alg*."""
    return alg if alg in {"none", "None", "NONE"} or alg.lower() != "none" else "nOnE"


def _make_hs256(
    id_: str,
    secret: str,
    read_secret: Callable[[TokenIngredients], bytes],
    source: str,
    alg: str = "",
) -> CatalogueEntry:
    return CatalogueEntry(
        _defect(
            id=id_,
            title=f"an HS256 token keyed with {secret}",
            wrong=f"`alg` is `HS256`, and the HMAC is keyed with {secret}.",
            why="A verifier that takes the algorithm from the token uses the public key as the "
            "secret of an HMAC. The key is public, so anyone can forge tokens."
            if id_ != "hs256-empty"
            else "A verifier that has no secret and continues with an empty one accepts tokens "
            "that anyone can forge.",
            source=f"RFC 8725 §2.1, §3.1; {source}",
            alg=alg,
        ),
        MintingSteps(header=set_members(alg="HS256"), sign=sign_hs256(read_secret)),
        lambda t: t.is_keyed_with(read_secret, alg),
    )


_CONFUSION: Final = "CVE-2015-9235, CVE-2022-29217"

ENTRIES: Final = (
    *(
        _make_none(id_, spelling, is_signed=is_signed)
        for id_, spelling in (
            ("alg-none", "none"),
            ("alg-none-title", "None"),
            ("alg-none-upper", "NONE"),
            ("alg-none-mixed", "nOnE"),
        )
        for is_signed in (False, True)
    ),
    _make_hs256("hs256-pem", "the public key as PEM", lambda good: good.pem, _CONFUSION),
    _make_hs256(
        "hs256-pem-stripped",
        "the public key as PEM without the last line break",
        lambda good: good.pem.strip(),
        _CONFUSION,
    ),
    _make_hs256(
        "hs256-pkcs1",
        "the public key as PEM of PKCS #1",
        lambda good: good.pkcs1_pem,
        "CVE-2017-11424",
        "RS256",
    ),
    _make_hs256("hs256-der", "the public key as DER", lambda good: good.der, "CVE-2024-33663"),
    _make_hs256("hs256-jwk", "the public key as JWK text", lambda good: good.jwk, "CVE-2026-48526"),
    _make_hs256("hs256-jwks", "the text of the JWK Set", lambda good: good.jwks, _CONFUSION),
    _make_hs256("hs256-empty", "an empty secret", lambda _: b"", "RFC 7518 §3.2"),
    CatalogueEntry(
        _defect(
            id="alg-rs512",
            title="an RS512 token signed by a key for RS256",
            wrong="`alg` is `RS512`, and the good key made an RS512 signature. In the JWK Set, the "
            "`alg` of this key is RS256.",
            why="If a verifier accepts a key for several algorithms, an attacker has to break only "
            "the weakest of them.",
            source="RFC 8725 §3.1; RFC 7517 §4.4",
            severity=Severity.MEDIUM,
            alg="RS256",
        ),
        MintingSteps(header=set_members(alg="RS512"), sign=sign_rs512),
        lambda t: t.alg == "RS512" and t.named_alg == "RS256",
    ),
    CatalogueEntry(
        _defect(
            id="alg-ps256",
            title="a PS256 token signed by a key for RS256",
            wrong="`alg` is `PS256`, and the good key made a PS256 signature. In the JWK Set, the "
            "`alg` of this key is RS256.",
            why="If a verifier accepts a key for several algorithms, an attacker has to break only "
            "the weakest of them.",
            source="RFC 8725 §3.1; RFC 7517 §4.4; RFC 8017 §8",
            severity=Severity.MEDIUM,
            alg="RS256",
        ),
        MintingSteps(header=set_members(alg="PS256"), sign=sign_ps256),
        lambda t: t.alg == "PS256" and t.named_alg == "RS256",
    ),
)
