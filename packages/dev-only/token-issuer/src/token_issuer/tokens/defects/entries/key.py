# DEV-ONLY: never ship to production.
"""Defects of the key: embedded in the token, too weak, or named by a wrong `kid`."""

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
    " The good key signed, and RFC 7515 §4.1.4 calls `kid` a hint: whoever tries all keys may "
    "accept, too."
)
_INJECTION: Final = "RFC 8725 §3.10; RFC 7515 §4.1.4"

ENTRIES: Final = (
    CatalogueEntry(
        _embedded_key(
            id="jwk",
            title="a token that brings the key of its signature along",
            wrong="The header holds an attacker's public key as `jwk`, and he signed.",
            why="Whoever verifies with a key from the token lets anybody write tokens.",
            source="RFC 7515 §4.1.3, §10.3; CVE-2018-0114, CVE-2026-34240",
        ),
        MintingSteps(
            header=lambda good: {"jwk": encode_jwk(good.attacker_key.verification_key)},
            sign=sign_as_attacker,
        ),
    ),
    CatalogueEntry(
        _embedded_key(
            id="x5c",
            title="a token that brings the certificate of its signature along",
            wrong="The header holds an attacker's self-signed certificate as `x5c`, and he signed.",
            why="Whoever verifies with a certificate from the token, without a path to an "
            "authority that is trusted for just this, lets anybody write tokens.",
            source="RFC 7515 §4.1.6, §10.3",
        ),
        MintingSteps(
            header=lambda good: {"x5c": [good.attacker_certificate]},
            sign=sign_as_attacker,
        ),
    ),
    CatalogueEntry(
        _embedded_key(
            id="jku",
            title="a token that says where the key set of its signature is",
            wrong="`jku` is the URL of an attacker's key set, which the issuer hosts below "
            "/attacker; his key has the name of the good one, and he signed.",
            why="Whoever fetches keys from where a token says lets anybody write tokens, and sends "
            "requests to wherever an attacker wants.",
            source="RFC 8725 §3.10; RFC 7515 §4.1.2, §10.3",
        ),
        MintingSteps(
            header=lambda good: {"jku": good.build_attacker_url(ATTACKER_JWKS_PATH)},
            sign=sign_as_attacker,
        ),
    ),
    CatalogueEntry(
        _embedded_key(
            id="x5u",
            title="a token that says where the certificate of its signature is",
            wrong="`x5u` is the URL of an attacker's certificate, which the issuer hosts below "
            "/attacker, and he signed.",
            why="Whoever fetches certificates from where a token says lets anybody write tokens, "
            "and sends requests to wherever an attacker wants.",
            source="RFC 8725 §3.10; RFC 7515 §4.1.5, §10.3",
        ),
        MintingSteps(
            header=lambda good: {"x5u": good.build_attacker_url(ATTACKER_CERTIFICATES_PATH)},
            sign=sign_as_attacker,
        ),
    ),
    CatalogueEntry(
        Defect(
            id="key-weak",
            group="key",
            title="a token that an RSA key of 1024 bits signed",
            wrong="`kid` names a key of 1024 bits, which the fault `weak-key` publishes beside the "
            "good ones, and that key signed.",
            why="Keys of that size can be factored with enough money; the tokens of whoever does "
            "it count.",
            source="RFC 7518 §3.3",
            verdict=Verdict.REFUSE,
            severity=Severity.HIGH,
            check="key-strength",
            fault="weak-key",
            alg="RS256",
        ),
        MintingSteps(header=set_members(kid=WEAK_KID), sign=sign_with_weak_key),
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-unknown",
            title="a token whose `kid` nobody knows",
            wrong="`kid` says `no-such-key`; the good key signed.",
            why="Who accepts it tries keys until one fits, and keeps trusting a key under names "
            "that the issuer never gave it." + _OPEN,
            source="RFC 7515 §4.1.4, §6",
        ),
        MintingSteps(header=set_members(kid="no-such-key")),
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-missing",
            title="a token without `kid`",
            wrong="The header has no `kid`; the good key signed.",
            why="With several keys the verifier has to guess." + _OPEN,
            source="RFC 7515 §4.1.4, §6",
            severity=Severity.LOW,
        ),
        MintingSteps(header=set_members(kid=ABSENT)),
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-empty",
            title="a token whose `kid` is empty",
            wrong="`kid` is empty text; the good key signed.",
            why="Where empty counts as absent, or as a key without a name, another key is chosen "
            "than the one that was meant." + _OPEN,
            source="RFC 7515 §4.1.4, §6",
            severity=Severity.LOW,
        ),
        MintingSteps(header=set_members(kid="")),
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-number",
            title="a token whose `kid` is a number",
            wrong="`kid` is the number 1; the good key signed.",
            why="It is against the specification, and code that expects text may fail on it.",
            source="RFC 7515 §4.1.4",
            verdict=Verdict.REFUSE,
            severity=Severity.LOW,
        ),
        MintingSteps(header=set_members(kid=1)),
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-traversal",
            title="a token whose `kid` is a path out of the key folder",
            wrong="`kid` says `../../../../../../../../dev/null`; the good key signed.",
            why="Where `kid` becomes a path, an attacker chooses a file whose content he knows as "
            "the key." + _OPEN,
            source=_INJECTION,
        ),
        MintingSteps(header=set_members(kid="../../../../../../../../dev/null")),
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-sql",
            title="a token whose `kid` is a piece of SQL",
            wrong="`kid` says `' OR 1=1; SELECT pg_sleep(10) --`; the good key signed.",
            why="Where `kid` becomes part of a query, an attacker chooses the key, and more; an "
            "answer that takes ten seconds shows it." + _OPEN,
            source=_INJECTION,
        ),
        MintingSteps(header=set_members(kid="' OR 1=1; SELECT pg_sleep(10) --")),
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-command",
            title="a token whose `kid` is a shell command",
            wrong="`kid` says `| sleep 10 #`; the good key signed.",
            why="Where `kid` becomes part of a command or the name of a file that Ruby or Perl "
            "opens, an attacker runs programs; an answer that takes ten seconds shows it." + _OPEN,
            source=_INJECTION,
        ),
        MintingSteps(header=set_members(kid="| sleep 10 #")),
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-null",
            title="a token whose `kid` has a null byte after the right name",
            wrong="`kid` is the name of the good key, a null byte and `.pem`; the good key signed.",
            why="Where text ends with a null byte for one part of the code and goes on for "
            "another, a check and the use that it guards see different names." + _OPEN,
            source=_INJECTION,
        ),
        MintingSteps(header=lambda good: {"kid": f"{good.key.kid}\0.pem"}),
    ),
    CatalogueEntry(
        _kid_defect(
            id="kid-long",
            title="a token whose `kid` has 10,000 characters",
            wrong="`kid` is 10,000 times the letter k; the good key signed.",
            why="It fills caches and logs, and overflows what was made for short names." + _OPEN,
            source=_INJECTION,
        ),
        MintingSteps(header=set_members(kid="k" * 10_000)),
    ),
)
