"""Signing and verification keys, each bound to one algorithm.

The binding prevents algorithm confusion: a `VerificationKey` cannot be built from bytes, and its
algorithm is never taken from a token.
"""

from dataclasses import dataclass, field
from typing import Final, get_args

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from jwt_core.algorithms import Algorithm
from jwt_core.argument_checks import (
    check_algorithm,
    check_optional_text,
    check_text,
    check_type,
)
from jwt_core.edwards import check_ed25519_point
from jwt_core.errors import KeyFormatError
from jwt_core.roca import has_roca_fingerprint

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

RSA_KEY_BITS: Final = 2048
"""Size of a generated RSA key, and the smallest size that is accepted (RFC 7518 §3.3)."""

RSA_EXPONENT: Final = 65537
"""Public exponent of a generated RSA key, and the smallest exponent that is accepted.

With a small exponent such as 3, a verifier that checks the padding carelessly accepts forged
signatures, and no issuer uses one.
"""

MAX_RSA_KEY_BITS: Final = 8192
"""Size of the largest RSA key that is accepted: larger ones make verification slow."""

_MAX_RSA_EXPONENT: Final = (1 << 256) - 1  # FIPS 186-5 §A.1.1; larger ones make verification slow

# OpenSSL does not verify signatures of larger RSA keys whose exponent has more than 64 bits.
_MAX_BITS_FOR_LARGE_EXPONENT: Final = 3072
_MAX_EXPONENT_OF_LARGE_KEY: Final = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key and the one algorithm it verifies.

    Attributes:
        public_key: The key.
        algorithm: The algorithm of the signatures that the key verifies.
        kid: The key ID; None for a key without one, such as a key from PEM.

    Raises:
        KeyFormatError: The key is unsupported, too weak, or does not fit the algorithm.
        TypeError: An argument has the wrong type.

    Example:
        >>> from cryptography.hazmat.primitives.asymmetric import ec
        >>> from jwt_core import Algorithm, VerificationKey
        >>> public_key = ec.generate_private_key(ec.SECP256R1()).public_key()
        >>> VerificationKey(public_key, Algorithm.ES256, kid="key-1")
        VerificationKey(algorithm=<Algorithm.ES256: 'ES256'>, kid='key-1')
    """

    public_key: PublicKey = field(repr=False, hash=False)
    algorithm: Algorithm
    kid: str | None

    def __post_init__(self) -> None:
        _check_public_key(self.public_key)
        check_algorithm("algorithm", self.algorithm)
        check_optional_text("kid", self.kid)
        _check_fit(self.public_key, self.algorithm)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the one algorithm it signs with.

    Attributes:
        private_key: The key.
        algorithm: The algorithm of the signatures.
        kid: The key ID.

    Raises:
        KeyFormatError: The key is unsupported, too weak, or does not fit the algorithm.
        TypeError: An argument has the wrong type.

    Example:
        >>> from cryptography.hazmat.primitives.asymmetric import ed25519
        >>> from jwt_core import Algorithm, SigningKey
        >>> private_key = ed25519.Ed25519PrivateKey.generate()
        >>> SigningKey(private_key, Algorithm.EDDSA, kid="key-1").verification_key
        VerificationKey(algorithm=<Algorithm.EDDSA: 'EdDSA'>, kid='key-1')
    """

    private_key: PrivateKey = field(repr=False)
    algorithm: Algorithm
    kid: str

    def __post_init__(self) -> None:
        _check_private_key(self.private_key)
        check_algorithm("algorithm", self.algorithm)
        check_text("kid", self.kid)
        _check_fit(self.private_key.public_key(), self.algorithm)

    @property
    def verification_key(self) -> VerificationKey:
        """The public half of the key, with the same `kid`."""
        return VerificationKey(self.private_key.public_key(), self.algorithm, self.kid)


def get_default_algorithm(public_key: object) -> Algorithm:
    """Return the algorithm of a key that states none.

    For an RSA key it is RS256, the default of OpenID Connect.

    Raises:
        KeyFormatError: No supported algorithm uses this kind of key.
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


def _check_public_key(key: object) -> None:
    if isinstance(key, PublicKey):
        return
    from cryptography.hazmat.primitives.asymmetric.types import (  # noqa: PLC0415  # rare, large
        PrivateKeyTypes,
        PublicKeyTypes,
    )

    remedy = "decode text with decode_public_key"
    if isinstance(key, get_args(PrivateKeyTypes)):
        remedy = "pass private_key.public_key()"
    elif isinstance(key, SigningKey):
        remedy = "use its verification_key"
    expected = "a public key object of cryptography"
    check_type("public_key", key, get_args(PublicKeyTypes), remedy, expected=expected)


def _check_private_key(key: object) -> None:
    if isinstance(key, PrivateKey):
        return
    from cryptography.hazmat.primitives.asymmetric.types import (  # noqa: PLC0415  # rare, large
        PrivateKeyTypes,
    )

    remedy = "decode PEM with decode_private_pem"
    expected = "a private key object of cryptography"
    check_type("private_key", key, get_args(PrivateKeyTypes), remedy, expected=expected)


def _check_fit(public_key: PublicKey, algorithm: Algorithm) -> None:
    match public_key, algorithm:
        case rsa.RSAPublicKey(), Algorithm.RS256 | Algorithm.PS256:
            _check_rsa_strength(public_key)
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()), Algorithm.ES256:
            pass
        case ed25519.Ed25519PublicKey(), Algorithm.EDDSA | Algorithm.ED25519:
            check_ed25519_point(public_key.public_bytes_raw())
        case _:
            message = (
                f"the key does not fit {algorithm}: RS256 and PS256 need RSA, "
                "ES256 needs EC on the curve P-256, EdDSA and Ed25519 need Ed25519"
            )
            raise KeyFormatError(message)


def _check_rsa_strength(public_key: rsa.RSAPublicKey) -> None:
    if public_key.key_size < RSA_KEY_BITS:
        message = (
            f"the RSA key has {public_key.key_size} bits; "
            f"at least {RSA_KEY_BITS} are needed (RFC 7518 §3.3)"
        )
        raise KeyFormatError(message)
    if public_key.key_size > MAX_RSA_KEY_BITS:
        message = (
            f"the RSA key has {public_key.key_size} bits; at most {MAX_RSA_KEY_BITS} are supported"
        )
        raise KeyFormatError(message)
    numbers = public_key.public_numbers()
    if numbers.n % 2 == 0 or has_roca_fingerprint(numbers.n):
        message = (
            "the RSA key's modulus can be factored (even, or CVE-2017-15361, ROCA); "
            "generate a new key with other software"
        )
        raise KeyFormatError(message)
    has_large_modulus = public_key.key_size > _MAX_BITS_FOR_LARGE_EXPONENT
    max_exponent = _MAX_EXPONENT_OF_LARGE_KEY if has_large_modulus else _MAX_RSA_EXPONENT
    if not RSA_EXPONENT <= numbers.e <= max_exponent or numbers.e % 2 == 0:
        message = f"the RSA key has an unsafe public exponent; use {RSA_EXPONENT}"
        raise KeyFormatError(message)
