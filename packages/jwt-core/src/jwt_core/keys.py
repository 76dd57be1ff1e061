"""Keys bound to the one algorithm they are used with.

Binding key and algorithm here is what makes algorithm confusion impossible: a `VerificationKey`
cannot be built from bytes, and its algorithm is never taken from a token.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from jwt_core import base64url, strict_json
from jwt_core.algorithms import Algorithm
from jwt_core.errors import KeyFormatError

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

RSA_KEY_SIZE: Final = 2048
RSA_EXPONENT: Final = 65537
# FIPS 186-5 §A.1.1 wants 2^16 < e < 2^256. Small exponents (3) have a history of forgeries against
# sloppy padding checks and no issuer uses them; huge ones make each verification slow.
_RSA_EXPONENT_LIMIT: Final = 1 << 256
EC_COORDINATE_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key, the algorithm it verifies, and its name.

    Raises:
        KeyFormatError: the key does not fit the algorithm or is too weak.
    """

    public_key: PublicKey = field(repr=False, hash=False)
    algorithm: Algorithm
    kid: str | None

    def __post_init__(self) -> None:
        _check_fit(self.public_key, self.algorithm)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, the algorithm it signs with, and its name.

    Raises:
        KeyFormatError: the key does not fit the algorithm or is too weak.
    """

    private_key: PrivateKey = field(repr=False)
    algorithm: Algorithm
    kid: str

    def __post_init__(self) -> None:
        _check_fit(self.private_key.public_key(), self.algorithm)

    @property
    def verification_key(self) -> VerificationKey:
        """The public half, under the same name."""
        return VerificationKey(self.private_key.public_key(), self.algorithm, self.kid)


def generate_key(algorithm: Algorithm = Algorithm.RS256, *, kid: str | None = None) -> SigningKey:
    """Generate a fresh key: RSA of 2048 bits, EC on P-256, or Ed25519.

    Args:
        algorithm: What the key will sign with.
        kid: Its name; by default its RFC 7638 thumbprint.
    """
    private_key: PrivateKey
    match algorithm:
        case Algorithm.RS256 | Algorithm.PS256:
            private_key = rsa.generate_private_key(RSA_EXPONENT, RSA_KEY_SIZE)
        case Algorithm.ES256:
            private_key = ec.generate_private_key(ec.SECP256R1())
        case Algorithm.EDDSA:
            private_key = ed25519.Ed25519PrivateKey.generate()
    return SigningKey(private_key, algorithm, kid or compute_thumbprint(private_key.public_key()))


def get_default_algorithm(public_key: object) -> Algorithm:
    """Return the algorithm of a key that states none: RS256 for RSA, as OpenID Connect has it.

    Raises:
        KeyFormatError: no supported algorithm uses this kind of key.
    """
    match public_key:
        case rsa.RSAPublicKey():
            return Algorithm.RS256
        case ec.EllipticCurvePublicKey():
            return Algorithm.ES256
        case ed25519.Ed25519PublicKey():
            return Algorithm.EDDSA
    message = "unsupported kind of key; use RSA, EC on the curve P-256, or Ed25519"
    raise KeyFormatError(message)


def encode_required_members(public_key: PublicKey) -> dict[str, str]:
    """Return the JWK members that make up the key itself, without name and purpose.

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
            x, y = (value.to_bytes(EC_COORDINATE_SIZE) for value in (point.x, point.y))
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

    Spec: RFC 7638 §3
    """
    members = encode_required_members(public_key)
    canonical = strict_json.encode_object(dict(sorted(members.items())))
    return base64url.encode(hashlib.sha256(canonical).digest())


def _encode_uint(value: int) -> str:
    return base64url.encode(value.to_bytes((value.bit_length() + 7) // 8))


def _check_fit(public_key: PublicKey, algorithm: Algorithm) -> None:
    match public_key, algorithm:
        case rsa.RSAPublicKey(), Algorithm.RS256 | Algorithm.PS256:
            _check_rsa_strength(public_key)
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()), Algorithm.ES256:
            pass
        case ed25519.Ed25519PublicKey(), Algorithm.EDDSA:
            pass
        case _:
            message = (
                f"the key does not fit {algorithm}: RS256 and PS256 need RSA, "
                "ES256 needs EC on the curve P-256, EdDSA needs Ed25519"
            )
            raise KeyFormatError(message)


def _check_rsa_strength(public_key: rsa.RSAPublicKey) -> None:
    if public_key.key_size < RSA_KEY_SIZE:
        message = (
            f"the RSA key has {public_key.key_size} bits; "
            f"at least {RSA_KEY_SIZE} are needed (RFC 7518 §3.3)"
        )
        raise KeyFormatError(message)
    exponent = public_key.public_numbers().e
    if not RSA_EXPONENT <= exponent < _RSA_EXPONENT_LIMIT or exponent % 2 == 0:
        message = f"the RSA key has an unsafe public exponent; use {RSA_EXPONENT}"
        raise KeyFormatError(message)
