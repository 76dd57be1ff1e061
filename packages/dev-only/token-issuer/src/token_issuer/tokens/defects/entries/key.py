# DEV-ONLY: never ship to production.
"""Defects of the key: embedded in the token, too weak, or named by a wrong `kid`."""

from collections.abc import Container
from functools import partial
from typing import Final

from jwt_core import encode_jwk

from token_issuer.keys.throwaway_keys import WEAK_KID
from token_issuer.paths import ATTACKER_CERTIFICATES_PATH, ATTACKER_JWKS_PATH
from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import set_members
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import ABSENT, CatalogueEntry, MintingSteps
from token_issuer.tokens.defects.signatures import sign_as_attacker, sign_with_weak_key

_embedded_key = partial(
    Defect,
    group="key",
    verdict=Verdict.REFUSE,
    severity=Severity.CRITICAL,
    check="embedded-keys",
    alg="RS256",
)
_kid_defect = partial(
    Defect, group="key", verdict=Verdict.EITHER, severity=Severity.MEDIUM, check="kid"
)

_OPEN: Final = (
    " The signature is valid, and RFC 7515 §4.1.4 calls `kid` a hint, so a verifier that tries all "
    "keys may accept the token."
)
_INJECTION: Final = "RFC 8725 §3.10; RFC 7515 §4.1.4"
_PARENT: Final = "../"
_QUOTE: Final = "'"
_PIPE: Final = "|"
_NULL: Final = "\0"
_LONG_KID: Final = 1000


def _is_unknown(kid: str, ring: Container[str]) -> bool:
    """Tell whether no key has this *kid*, and no other defect of this group has it."""
    marks = _PARENT, _QUOTE, _PIPE, _NULL
    return (
        0 < len(kid) < _LONG_KID
        and kid not in ring
        and kid != WEAK_KID
        and not any(mark in kid for mark in marks)
    )


ENTRIES: Final = (
    CatalogueEntry(
        _embedded_key(
            id="jwk",
            title="a token that contains the key of its signature",
            wrong="The header contains an attacker's public key as `jwk`, and the attacker signed "
            "the token.",
            why="A verifier that uses a key from the token accepts tokens that anyone can forge.",
            source="RFC 7515 §4.1.3, §10.3; CVE-2018-0114, CVE-2026-34240",
        ),
        MintingSteps(
            header=lambda good: {"jwk": encode_jwk(good.attacker_key.verification_key)},
            sign=sign_as_attacker,
        ),
        lambda t: "jwk" in t.header,
    ),
    CatalogueEntry(
        _embedded_key(
            id="x5c",
            title="a token that contains the certificate of its signature",
            wrong="The header contains an attacker's self-signed certificate as `x5c`, and the "
            "attacker signed the token.",
            why="A verifier that uses a certificate from the token accepts tokens that anyone can "
            "forge, unless it requires a path to an authority that is trusted for this purpose.",
            source="RFC 7515 §4.1.6, §10.3",
        ),
        MintingSteps(
            header=lambda good: {"x5c": [good.attacker_certificate]},
            sign=sign_as_attacker,
        ),
        lambda t: "x5c" in t.header,
    ),
    CatalogueEntry(
        _embedded_key(
            id="jku",
            title="a token that contains the URL of a JWK Set",
            wrong="`jku` is the URL of an attacker's JWK Set, which the issuer hosts below "
            "/attacker. The attacker's key has the `kid` of the good key, and the attacker signed "
            "the token.",
            why="A verifier that fetches keys from a URL in the token accepts tokens that anyone "
            "can forge, and sends requests to any address that an attacker chooses.",
            source="RFC 8725 §3.10; RFC 7515 §4.1.2, §10.3",
        ),
        MintingSteps(
            header=lambda good: {"jku": good.build_attacker_url(ATTACKER_JWKS_PATH)},
            sign=sign_as_attacker,
        ),
        lambda t: "jku" in t.header,
    ),
    CatalogueEntry(
        _embedded_key(
            id="x5u",
            title="a token that contains the URL of a certificate",
            wrong="`x5u` is the URL of an attacker's certificate, which the issuer hosts below "
            "/attacker. The attacker signed the token.",
            why="A verifier that fetches certificates from a URL in the token accepts tokens that "
            "anyone can forge, and sends requests to any address that an attacker chooses.",
            source="RFC 8725 §3.10; RFC 7515 §4.1.5, §10.3",
        ),
        MintingSteps(
            header=lambda good: {"x5u": good.build_attacker_url(ATTACKER_CERTIFICATES_PATH)},
            sign=sign_as_attacker,
        ),
        lambda t: "x5u" in t.header,
    ),
    CatalogueEntry(
        Defect(
            id="key-weak",
            group="key",
            title="a token signed by an RSA key of 1024 bits",
            wrong="`kid` names a key of 1024 bits, which the fault `weak-key` publishes beside the "
            "good keys. This key signed the token.",
            why="Keys of this size can be factored at high cost. An attacker who has done so can "
            "forge tokens.",
            source="RFC 7518 §3.3",
            verdict=Verdict.REFUSE,
            severity=Severity.HIGH,
            check="key-strength",
            fault="weak-key",
            alg="RS256",
        ),
        MintingSteps(header=set_members(kid=WEAK_KID), sign=sign_with_weak_key),
        lambda t: t.kid == WEAK_KID,
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-unknown",
            title="a token whose `kid` is unknown",
            wrong="`kid` is `no-such-key`; the good key signed the token.",
            why="A verifier that accepts it tries keys until one fits, and trusts a key under "
            "names that the issuer never gave it." + _OPEN,
            source="RFC 7515 §4.1.4, §6",
        ),
        MintingSteps(header=set_members(kid="no-such-key")),
        lambda t: _is_unknown(t.kid, t.ring),
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-missing",
            title="a token without `kid`",
            wrong="The header has no `kid`; the good key signed the token.",
            why="A verifier with several keys has to guess which one to use." + _OPEN,
            source="RFC 7515 §4.1.4, §6",
            severity=Severity.LOW,
        ),
        MintingSteps(header=set_members(kid=ABSENT)),
        lambda t: t.header != {} and "kid" not in t.header,
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-empty",
            title="a token whose `kid` is empty",
            wrong="`kid` is an empty string; the good key signed the token.",
            why="If the verifier treats an empty `kid` as absent, or as the name of a key without "
            "a `kid`, it may use the wrong key." + _OPEN,
            source="RFC 7515 §4.1.4, §6",
            severity=Severity.LOW,
        ),
        MintingSteps(header=set_members(kid="")),
        lambda t: t.header.get("kid") == "",
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-number",
            title="a token whose `kid` is a number",
            wrong="`kid` is the number 1; the good key signed the token.",
            why="A number violates the specification, and code that expects a string may fail.",
            source="RFC 7515 §4.1.4",
            verdict=Verdict.REFUSE,
            severity=Severity.LOW,
        ),
        MintingSteps(header=set_members(kid=1)),
        lambda t: isinstance(t.header.get("kid"), int | float),
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-traversal",
            title="a token whose `kid` is a path out of the key directory",
            wrong="`kid` is `../../../../../../../../dev/null`; the good key signed the token.",
            why="If the verifier makes a path from `kid`, an attacker can choose a file with known "
            "content as the key." + _OPEN,
            source=_INJECTION,
        ),
        MintingSteps(header=set_members(kid="../../../../../../../../dev/null")),
        lambda t: _PARENT in t.kid,
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-sql",
            title="a token whose `kid` is a piece of SQL",
            wrong="`kid` is `' OR 1=1; SELECT pg_sleep(10) --`; the good key signed the token.",
            why="If the verifier inserts `kid` into a query, an attacker can choose the key and "
            "run other SQL. A response that takes 10 seconds shows that this SQL ran." + _OPEN,
            source=_INJECTION,
        ),
        MintingSteps(header=set_members(kid="' OR 1=1; SELECT pg_sleep(10) --")),
        lambda t: _QUOTE in t.kid,
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-command",
            title="a token whose `kid` is a shell command",
            wrong="`kid` is `| sleep 10 #`; the good key signed the token.",
            why="If the verifier inserts `kid` into a command, or into the name of a file that "
            "Ruby or Perl opens, an attacker can run programs. A response that takes 10 seconds "
            "shows that this command ran." + _OPEN,
            source=_INJECTION,
        ),
        MintingSteps(header=set_members(kid="| sleep 10 #")),
        lambda t: _PIPE in t.kid,
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-null",
            title="a token whose `kid` has a null byte after the right value",
            wrong="`kid` is that of the good key, followed by a null byte and `.pem`; the good key "
            "signed the token.",
            why="If one part of the code ends a string at a null byte and another part does not, a "
            "check and the use that follows it see different values." + _OPEN,
            source=_INJECTION,
        ),
        MintingSteps(header=lambda good: {"kid": f"{good.key.kid}\0.pem"}),
        lambda t: _NULL in t.kid,
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-long",
            title="a token whose `kid` has 10,000 characters",
            wrong="`kid` is the letter k, 10,000 times; the good key signed the token.",
            why="It fills caches and logs, and may overflow a buffer for short names." + _OPEN,
            source=_INJECTION,
        ),
        MintingSteps(header=set_members(kid="k" * 10_000)),
        lambda t: len(t.kid) >= _LONG_KID,
    ),
)
