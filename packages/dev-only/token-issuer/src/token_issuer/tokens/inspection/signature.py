# DEV-ONLY: never ship to production.
"""The judgement of a signature in words, by the keys of the ring in use."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from token_issuer.config.choices import ALGORITHMS
from token_issuer.keys.ring import KeyRing, KeyState, RingKey
from token_issuer.tokens.defects.reading import REPEATED, TokenReading
from token_issuer.tokens.defects.signers import FoundSigner, Signer, TokenSignature
from token_issuer.tokens.inspection.messages import SignatureJudgement
from token_issuer.tokens.inspection.shown_text import quote

_STATES: Final = {
    KeyState.PUBLISHED: "is published, but does not sign yet",
    KeyState.ACTIVE: "is published and signs now",
    KeyState.RETIRED: "is published, but no longer signs",
    KeyState.REMOVED: "was removed",
}
_UNPUBLISHED: Final = "signs now, but is not published yet"
_MAKERS: Final = {
    Signer.NOBODY: "The token has no signature.",
    Signer.WEAK_KEY: "The weak key of 1024 bits made the signature. Only the fault weak-key "
    "publishes this key.",
    Signer.ATTACKER: "The attacker's key made the signature. This issuer does not publish it.",
    Signer.EMBEDDED_KEY: "The key in the header (jwk) made the signature. Anyone can put a key "
    "there.",
}


def judge_signature(reading: TokenReading, ring: KeyRing, now: datetime) -> SignatureJudgement:
    """Judge who made the signature of a token, by the keys of *ring* at *now*."""
    signature = reading.signature
    found = signature.found
    if found.signer is Signer.UNKNOWN and signature.is_embedded:
        found = FoundSigner(Signer.EMBEDDED_KEY)
    keys = {key.kid: key for key in ring.keys}
    key = None if found.kid is None else keys.get(found.kid)
    return SignatureJudgement(
        summary=" ".join(_describe(reading, found, keys, now)),
        signer=found.signer,
        kid=found.kid,
        alg=None if key is None else key.algorithm,
        state=None if key is None else key.get_state(now),
        published=None if key is None else key.is_published(now),
        embedded=signature.is_embedded,
    )


def _describe(
    reading: TokenReading, found: FoundSigner, keys: Mapping[str, RingKey], now: datetime
) -> Iterator[str]:
    key = None if found.kid is None else keys.get(found.kid)
    if found.signer is Signer.UNKNOWN:
        yield from _describe_unknown(reading.signature)
    elif key is None:
        yield _MAKERS[found.signer]
    else:
        state = key.get_state(now)
        is_hidden = state is KeyState.ACTIVE and not key.is_published(now)
        status = _UNPUBLISHED if is_hidden else _STATES[state]
        yield f"The key {key.kid} made the signature. It {status}."
    if found.signer is Signer.ATTACKER and reading.signature.is_embedded:
        yield "The header contains this key as jwk."
    if reading.header_part.members is None:
        yield "The header cannot be read."
        return
    yield from _describe_kid(reading, found, keys)
    yield from _describe_alg(reading, found, key)


def _describe_unknown(signature: TokenSignature) -> Iterator[str]:
    length, size = len(signature.value), signature.size
    is_whole = size in {0, length}
    if not signature.is_readable:
        yield "The signature is not base64url, so its signer is unknown."
    elif is_whole and (kid := signature.signer_of_other_content):
        yield (
            f"The key {kid} signed another header or payload: the token was changed after it was "
            "signed."
        )
    else:
        yield "None of the present keys of this issuer made the signature."
        if not is_whole:
            yield f"The signature has {length} bytes instead of {size}."


def _describe_kid(
    reading: TokenReading, found: FoundSigner, keys: Mapping[str, RingKey]
) -> Iterator[str]:
    if found.signer is Signer.NAMED_KEY:
        return
    if "kid" not in reading.header:
        yield "The header has no kid."
    elif reading.kid not in keys:
        yield f"No key of this issuer has the kid {quote(reading.header['kid'])}."
    elif reading.kid not in reading.ring:
        yield f"The key {reading.kid}, which kid names, was removed."
    else:
        yield f"The kid names the key {reading.kid}."


def _describe_alg(reading: TokenReading, found: FoundSigner, key: RingKey | None) -> Iterator[str]:
    if key is not None and found.alg != key.algorithm:
        yield f"The signature is one of {found.alg}, but the key is for {key.algorithm}."
    alg = reading.header.get("alg")
    if "alg" not in reading.header:
        yield "The header has no alg."
    elif alg is REPEATED:
        yield "The header contains alg more than once."
    elif alg not in ALGORITHMS:
        yield f"This issuer does not sign with the algorithm {quote(alg)}."
    elif found.alg not in {None, alg}:
        yield f"The header names the algorithm {alg}, but the signature is one of {found.alg}."
