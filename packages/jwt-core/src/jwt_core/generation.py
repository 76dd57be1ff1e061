"""Generation of signing keys."""

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from jwt_core.algorithms import Algorithm
from jwt_core.argument_checks import check_algorithm, check_optional_text
from jwt_core.keys import (
    RSA_EXPONENT,
    RSA_KEY_BITS,
    PrivateKey,
    SigningKey,
)
from jwt_core.thumbprint import compute_thumbprint


def generate_key(algorithm: Algorithm = Algorithm.RS256, *, kid: str | None = None) -> SigningKey:
    """Generate a new key: RSA of 2048 bits, EC on P-256, or Ed25519.

    Args:
        algorithm: The algorithm that the key signs with.
        kid: The key ID; by default the RFC 7638 thumbprint.

    Raises:
        TypeError: An argument has the wrong type.

    Example:
        >>> from jwt_core import Algorithm, generate_key
        >>> generate_key(Algorithm.ES256, kid="2030-01")
        SigningKey(algorithm=<Algorithm.ES256: 'ES256'>, kid='2030-01')
    """
    check_algorithm("algorithm", algorithm)
    check_optional_text("kid", kid)
    private_key: PrivateKey
    match algorithm:
        case Algorithm.RS256 | Algorithm.PS256:
            private_key = rsa.generate_private_key(RSA_EXPONENT, RSA_KEY_BITS)
        case Algorithm.ES256:
            private_key = ec.generate_private_key(ec.SECP256R1())
        case Algorithm.EDDSA | Algorithm.ED25519:
            private_key = ed25519.Ed25519PrivateKey.generate()
    return SigningKey(private_key, algorithm, kid or compute_thumbprint(private_key.public_key()))
