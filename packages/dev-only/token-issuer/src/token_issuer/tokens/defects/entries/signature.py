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

ENTRIES: Final = (
    CatalogueEntry(
        _defect(
            id="signature-empty",
            title="a token whose signature is empty",
            wrong="Nothing follows the second dot; header and payload are those of a good token.",
            why="Where a comparison ends with the shorter text, or an empty signature counts as "
            "none to check, anybody can write tokens.",
            source="RFC 7515 §5.2; RFC 8725 §3.3; CVE-2020-28042",
        ),
        MintingSteps(sign=lambda _, __: b""),
    ),
    CatalogueEntry(
        _defect(
            id="signature-removed",
            title="a token without a signature part",
            wrong="The signature is gone, and the dot before it too: two parts are left.",
            why="A verifier that takes what is there to be all that is needed lets anybody write "
            "tokens.",
            source="RFC 7515 §7.1, §5.2; RFC 8725 §3.3",
        ),
        MintingSteps(transform_compact=lambda compact: compact.rpartition(".")[0]),
    ),
    CatalogueEntry(
        _defect(
            id="signature-truncated",
            title="a token whose signature is cut short",
            wrong="The last 16 bytes of the signature are missing.",
            why="A comparison that ends with the shorter text can be satisfied with short guesses.",
            source="RFC 7515 §5.2; RFC 8017 §8.2.2",
        ),
        MintingSteps(sign=change_signature(lambda signature: signature[:-16])),
    ),
    CatalogueEntry(
        _defect(
            id="signature-extended",
            title="a token with a byte after its signature",
            wrong="A zero byte follows the last byte of the good signature.",
            why="One token then has many spellings: a list of revoked ones does not hold, and "
            "forgeries have room for garbage.",
            source="RFC 7515 §5.2; RFC 8017 §8.2.2",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(sign=change_signature(lambda signature: signature + b"\0")),
    ),
    CatalogueEntry(
        _defect(
            id="signature-bit-flipped",
            title="a token with one wrong bit in its signature",
            wrong="The lowest bit of the signature's tenth byte is turned.",
            why="Who accepts it does not check the signature, and anybody can write tokens.",
            source="RFC 7515 §5.2; RFC 8725 §3.3",
        ),
        MintingSteps(
            sign=change_signature(
                lambda signature: signature[:9] + bytes([signature[9] ^ 1]) + signature[10:]
            )
        ),
    ),
    CatalogueEntry(
        _defect(
            id="claims-tampered",
            title="a token whose subject was changed after it was signed",
            wrong="`sub` says `somebody-else`; the signature is the one of the good token.",
            why="Whoever has a token of his own can be anybody.",
            source="RFC 7515 §5.2; RFC 8725 §3.3",
        ),
        MintingSteps(transform_compact=change_claim("sub", "somebody-else")),
    ),
    CatalogueEntry(
        _defect(
            id="signature-wrong-key",
            title="a token that another key signed under the right name",
            wrong="`kid` names the good key; the signature was made with another one.",
            why="Who accepts it takes the name of a key for the key.",
            source="RFC 7515 §5.2, §10.3; RFC 8725 §3.8",
            alg="RS256",
        ),
        MintingSteps(sign=sign_as_attacker),
    ),
    CatalogueEntry(
        _defect(
            id="signature-zero",
            title="an ES256 token whose signature is all zeros",
            wrong="r and s are 0: 64 zero bytes.",
            why="Where the range of r and s is not checked, both sides of the equation are 0 for "
            "any text: anybody can write tokens.",
            source="CVE-2022-21449; RFC 7518 §3.4",
            check="ecdsa-range",
            alg="ES256",
        ),
        MintingSteps(sign=lambda _, __: bytes(64)),
    ),
)
