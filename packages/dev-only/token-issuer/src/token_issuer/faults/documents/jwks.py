# DEV-ONLY: never ship to production.
"""Faulty JWK Sets: valid JSON, with document faults.

Keys are added before the keys of the ring, because some verifiers use the first key that fits.

Spec: RFC 7517 §4 and §5, RFC 7518 §6.3
"""

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import shake_256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt_core import base64url
from proxy_guard.dev_marks import WATERMARK

from token_issuer.faults.kinds import FaultKind
from token_issuer.keys.throwaway_keys import (
    ENCRYPTION_KID,
    EXPOSED_KID,
    WEAK_KID,
    get_throwaway_key,
    get_weak_key,
)

MANY_KEYS: Final = 1000
_MODULUS_BYTES: Final = 256
_Keys = list[dict[str, Any]]


def change_jwks(body: bytes, kinds: Sequence[FaultKind]) -> bytes:
    """Return the JWK Set *body* with the faults *kinds*, applied in their order."""
    document = json.loads(body)
    for kind in kinds:
        if kind in _CHANGES:
            document["keys"] = _CHANGES[kind](document["keys"])
    return json.dumps(document, separators=(",", ":")).encode()


def _remove_keys(_keys: _Keys) -> _Keys:
    return []


def _add_many(keys: _Keys) -> _Keys:
    return [_make_up_key(number) for number in range(MANY_KEYS - len(keys))] + keys


def _make_up_key(number: int) -> dict[str, Any]:
    """Return a public key whose modulus is not the product of known primes."""
    kid = f"extra-{number}"
    free = shake_256(kid.encode()).digest(_MODULUS_BYTES - len(WATERMARK) - 1)
    modulus = base64url.encode(WATERMARK + free + b"\x01")
    return {"kty": "RSA", "n": modulus, "e": "AQAB", "kid": kid, "use": "sig", "alg": "RS256"}


def _build_throwaway_jwk(**members: str) -> dict[str, Any]:
    return {**_build_jwk(get_throwaway_key()), **members}


def _duplicate_kids(keys: _Keys) -> _Keys:
    return [_build_throwaway_jwk(kid=key["kid"]) for key in keys] + keys


def _add_encryption_key(keys: _Keys) -> _Keys:
    return [_build_throwaway_jwk(kid=ENCRYPTION_KID, use="enc", alg="RSA-OAEP"), *keys]


def _add_unknown_type(keys: _Keys) -> _Keys:
    unknown = {"kty": "X-UNKNOWN", "kid": "unknown-kty", "use": "sig", "alg": "X-UNKNOWN"}
    return [{**unknown, "pub": "AQAB"}, *keys]


def _add_weak_key(keys: _Keys) -> _Keys:
    return [{**_build_jwk(get_weak_key()), "kid": WEAK_KID}, *keys]


def _add_private_key(keys: _Keys) -> _Keys:
    """Publish the private part of a key that is not in the ring."""
    numbers = get_throwaway_key().private_numbers()
    private = {
        "d": numbers.d,
        "p": numbers.p,
        "q": numbers.q,
        "dp": numbers.dmp1,
        "dq": numbers.dmq1,
        "qi": numbers.iqmp,
    }
    members = {name: _encode(number) for name, number in private.items()}
    return [_build_throwaway_jwk(kid=EXPOSED_KID, **members), *keys]


def _build_jwk(key: RSAPrivateKey) -> dict[str, Any]:
    """Return the JWK of the public key; `encode_jwk` rejects weak keys."""
    numbers = key.public_key().public_numbers()
    modulus, exponent = _encode(numbers.n), _encode(numbers.e)
    return {"kty": "RSA", "n": modulus, "e": exponent, "use": "sig", "alg": "RS256"}


def _encode(number: int) -> str:
    return base64url.encode(number.to_bytes((number.bit_length() + 7) // 8))


_CHANGES: Final[Mapping[FaultKind, Callable[[_Keys], _Keys]]] = {
    FaultKind.EMPTY: _remove_keys,
    FaultKind.MANY: _add_many,
    FaultKind.DUPLICATE_KID: _duplicate_kids,
    FaultKind.ENC_KEYS: _add_encryption_key,
    FaultKind.UNKNOWN_KTY: _add_unknown_type,
    FaultKind.WEAK_KEY: _add_weak_key,
    FaultKind.PRIVATE_MEMBERS: _add_private_key,
}
