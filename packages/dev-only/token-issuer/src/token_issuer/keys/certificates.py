# DEV-ONLY: never ship to production.
"""Self-signed X.509 certificates, in which Google also publishes its keys.

A key has the same certificate in each replica: serial number and validity are derived from the key,
and the signature is deterministic.

`cryptography.x509` is imported on first use, since the JWK Set does not need it.

Spec: RFC 5280 §4.1, RFC 6979
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from jwt_core import PrivateKey, SigningKey, base64url, compute_thumbprint
from proxy_guard.dev_marks import CERTIFICATE_COMMON_NAME

from token_issuer.timing.certificate_time import to_certificate_time

_VALIDITY: Final = timedelta(days=3650)
_LATEST_START: Final = datetime(9989, 1, 1, tzinfo=UTC)  # datetime cannot represent a later end
_BACKDATING: Final = timedelta(days=1)  # for verifiers whose clock is behind
_SERIAL_BYTES: Final = 19  # RFC 5280 §4.1.2.2: a positive integer of at most 20 octets
_MAX_CERTIFICATES: Final = 256


@lru_cache(_MAX_CERTIFICATES)
def encode_certificate(key: SigningKey, created_at: datetime) -> str:
    """Return the certificate of *key* as PEM text.

    Args:
        key: The key, which signs its own certificate.
        created_at: When the key was added to the ring.
    """
    return certify(key.private_key, created_at)


def certify(key: PrivateKey, created_at: datetime) -> str:
    """Return the certificate of any private *key* as PEM text."""
    from cryptography import x509  # noqa: PLC0415  # see the module docstring
    from cryptography.x509.oid import NameOID  # noqa: PLC0415  # see the module docstring

    public_key = key.public_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, CERTIFICATE_COMMON_NAME)])
    digest = base64url.decode(compute_thumbprint(public_key))
    start = to_certificate_time(min(created_at.astimezone(UTC) - _BACKDATING, _LATEST_START))
    builder = (
        x509
        .CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public_key)
        .serial_number(int.from_bytes(digest[:_SERIAL_BYTES]) | 1)
        .not_valid_before(start)
        .not_valid_after(start + _VALIDITY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    is_eddsa = isinstance(key, ed25519.Ed25519PrivateKey)
    is_ecdsa = isinstance(key, ec.EllipticCurvePrivateKey)
    certificate = builder.sign(
        key,
        None if is_eddsa else SHA256(),
        ecdsa_deterministic=True if is_ecdsa else None,
    )
    return certificate.public_bytes(Encoding.PEM).decode("ascii")
