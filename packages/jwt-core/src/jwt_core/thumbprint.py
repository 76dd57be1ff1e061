"""Thumbprints of public keys, and the members of a JWK that they are computed from.

Spec: RFC 7638
"""

import hashlib
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from jwt_core import base64url, strict_json
from jwt_core.keys import PublicKey

P256_COORDINATE_BYTES: Final = 32


def encode_required_members(public_key: PublicKey) -> dict[str, str]:
    """Return the members of the key's JWK that RFC 7638 requires for its thumbprint.

    Spec: RFC 7638 §3.2, RFC 8037 §2
    """
    match public_key:
        case rsa.RSAPublicKey():
            rsa_numbers = public_key.public_numbers()
            return {
                "kty": "RSA",
                "n": _encode_uint(rsa_numbers.n),
                "e": _encode_uint(rsa_numbers.e),
            }
        case ec.EllipticCurvePublicKey():
            point = public_key.public_numbers()
            x, y = (value.to_bytes(P256_COORDINATE_BYTES) for value in (point.x, point.y))
            return {
                "kty": "EC",
                "crv": "P-256",
                "x": base64url.encode(x),
                "y": base64url.encode(y),
            }
        case ed25519.Ed25519PublicKey():
            return {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": base64url.encode(public_key.public_bytes_raw()),
            }


def compute_thumbprint(public_key: PublicKey) -> str:
    """Compute the SHA-256 thumbprint of a public key.

    Example:
        >>> from jwt_core import Algorithm, compute_thumbprint, generate_key
        >>> key = generate_key(Algorithm.EDDSA)
        >>> key.kid == compute_thumbprint(key.private_key.public_key())
        True

    Spec: RFC 7638 §3
    """
    members = encode_required_members(public_key)
    canonical = strict_json.encode_object(dict(sorted(members.items())))
    return base64url.encode(hashlib.sha256(canonical).digest())


def _encode_uint(value: int) -> str:
    return base64url.encode(value.to_bytes((value.bit_length() + 7) // 8))
