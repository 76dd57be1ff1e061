# DEV-ONLY: never ship to production.
"""What a server authenticates with: certificates and a private key."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

ServerKey = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)


@dataclass(frozen=True, slots=True, eq=False)
class Credential:
    """What a server authenticates with.

    Attributes:
        chain: Its certificate, and those that lead to an authority that clients trust.
        key: The private key of the first certificate.
    """

    chain: tuple[x509.Certificate, ...]
    key: ServerKey

    @property
    def expires_at(self) -> datetime:
        """When the first certificate expires."""
        return self.chain[0].not_valid_after_utc
