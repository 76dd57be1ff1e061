# DEV-ONLY: never ship to production.
"""Defects of the signature: missing, changed, or made with another key."""

from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import change_claim
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import CatalogueEntry, MintingSteps
from token_issuer.tokens.defects.signatures import change_signature, sign_as_attacker

_defect = partial(
    Defect,
    group="signature",
    verdict=Verdict.REFUSE,
    severity=Severity.CRITICAL,
    check="signature",
)

_EMBEDDED: Final = frozenset({"jwk", "jku", "x5c", "x5u"})


def _flip_bit(signature: bytes) -> bytes:
    """Flip the lowest bit of the tenth byte."""
    return signature[:9] + bytes(each ^ 1 for each in signature[9:10]) + signature[10:]


ENTRIES: Final = (
    CatalogueEntry(
        _defect(
            id="signature-empty",
            title="a token whose signature is empty",
            wrong="The token ends with its second dot. Header and payload are those of the good "
            "token.",
            why="A verifier accepts it if its comparison stops at the end of the shorter text, or "
            "if it skips an empty signature. Anyone can then forge tokens.",
            source="RFC 7515 §5.2; RFC 8725 §3.3; CVE-2020-28042",
        ),
        MintingSteps(sign=lambda _, __: b""),
        lambda t: t.signature_part == "" and t.alg.lower() != "none",
    ),
    CatalogueEntry(
        _defect(
            id="signature-removed",
            title="a token without a signature part",
            wrong="The signature and the dot before it are missing, which leaves two parts.",
            why="A verifier that checks only the parts that are present accepts a token without a "
            "signature. Anyone can then forge tokens.",
            source="RFC 7515 §7.1, §5.2; RFC 8725 §3.3",
        ),
        MintingSteps(transform_compact=lambda compact: compact.rpartition(".")[0]),
        lambda t: t.signature_part is None,
    ),
    CatalogueEntry(
        _defect(
            id="signature-truncated",
            title="a token whose signature is cut short",
            wrong="The last 16 bytes of the signature are missing.",
            why="If the comparison stops at the end of the shorter text, an attacker only has to "
            "guess a short signature.",
            source="RFC 7515 §5.2; RFC 8017 §8.2.2",
        ),
        MintingSteps(sign=change_signature(lambda signature: signature[:-16])),
        lambda t: 0 < len(t.signature.value) < t.signature.size,
    ),
    CatalogueEntry(
        _defect(
            id="signature-extended",
            title="a token with a byte after its signature",
            wrong="A zero byte follows the last byte of the good signature.",
            why="One token then has many valid texts and evades a list of revoked tokens. Bytes "
            "that the verifier ignores also make a forgery easier.",
            source="RFC 7515 §5.2; RFC 8017 §8.2.2",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(sign=change_signature(lambda signature: signature + b"\0")),
        lambda t: t.is_extended,
    ),
    CatalogueEntry(
        _defect(
            id="signature-bit-flipped",
            title="a token with one wrong bit in its signature",
            wrong="The lowest bit of the tenth byte of the signature is flipped.",
            why="A verifier that accepts it does not check the signature. Anyone can then forge "
            "tokens.",
            source="RFC 7515 §5.2; RFC 8725 §3.3",
        ),
        MintingSteps(sign=change_signature(_flip_bit)),
        lambda t: t.signature.is_made_by_named(_flip_bit(t.signature.value)),
    ),
    CatalogueEntry(
        _defect(
            id="claims-tampered",
            title="a token whose subject was changed after it was signed",
            wrong="`sub` is `somebody-else`; the signature is that of the good token.",
            why="A verifier that accepts it lets anyone who has a token act as any user.",
            source="RFC 7515 §5.2; RFC 8725 §3.3",
        ),
        MintingSteps(transform_compact=change_claim("sub", "somebody-else")),
        lambda t: t.is_changed,
    ),
    CatalogueEntry(
        _defect(
            id="signature-wrong-key",
            title="a token signed by another key under the `kid` of the good key",
            wrong="`kid` names the good key, but another key made the signature.",
            why="A verifier that accepts it checks the name of the key, but not the signature.",
            source="RFC 7515 §5.2, §10.3; RFC 8725 §3.8",
            alg="RS256",
        ),
        MintingSteps(sign=sign_as_attacker),
        lambda t: t.is_signed_by_other and t.header.keys().isdisjoint(_EMBEDDED),
    ),
    CatalogueEntry(
        _defect(
            id="signature-zero",
            title="an ES256 token whose signature is all zeros",
            wrong="Both numbers of the signature, r and s, are 0: 64 zero bytes.",
            why="If the verifier does not check the range of r and s, both sides of its equation "
            "are 0 for any signing input. Anyone can then forge tokens.",
            source="CVE-2022-21449; RFC 7518 §3.4",
            check="ecdsa-range",
            alg="ES256",
        ),
        MintingSteps(sign=lambda _, __: bytes(64)),
        lambda t: t.signature.value != b"" and not any(t.signature.value),
    ),
)
