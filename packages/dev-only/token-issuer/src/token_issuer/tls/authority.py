# DEV-ONLY: never ship to production.
"""A throw-away certificate authority: its key exists in memory only, its certificates for one day.

Clients accept its certificates for the permitted names alone, and for servers alone.

Spec: RFC 5280 §4.2.1
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from proxy_guard.dev_marks import AUTHORITY_COMMON_NAME, CERTIFICATE_COMMON_NAME

from token_issuer.timing.certificate_time import to_certificate_time
from token_issuer.tls.credentials import Credential

VALIDITY: Final = timedelta(days=1)
_BACKDATING: Final = timedelta(minutes=5)  # for clients whose clock is behind
_SUFFIX_BYTES: Final = 8
_SERVER_ONLY: Final = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
_USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
_ALL_NAMES: Final = x509.DNSName("")
_ALL_ADDRESSES: Final = tuple(x509.IPAddress(ip_network(text)) for text in ("0.0.0.0/0", "::/0"))


class Authority:
    """A certificate authority for some names, for one day.

    >>> from datetime import UTC, datetime
    >>> authority = Authority.create(["localhost", "127.0.0.1"], datetime.now(UTC))
    >>> authority.issue(["localhost"]).chain[0].issuer == authority.certificate.subject
    True

    Attributes:
        certificate: Its certificate, which clients trust.
    """

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self.certificate = certificate
        self._key = key

    @classmethod
    def create(cls, permitted_names: Sequence[str], now: datetime) -> Self:
        """Create an authority that is valid from now on for one day.

        Args:
            permitted_names: The host names, with all names below them, and the IP addresses that
                its certificates may contain.
            now: The time of the system clock, which verifiers use, and not the simulated one.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _build_name(AUTHORITY_COMMON_NAME)
        start = to_certificate_time(now - _BACKDATING)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        certificate = (
            _start(subject, subject, key.public_key())
            .not_valid_before(start)
            .not_valid_after(start + _BACKDATING + VALIDITY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_permit("key_cert_sign"), critical=True)
            .add_extension(_constrain(permitted_names), critical=True)
            .add_extension(_SERVER_ONLY, critical=False)
            .add_extension(identifier, critical=False)
            .sign(key, SHA256())
        )
        return cls(certificate, key)

    @property
    def certificate_pem(self) -> str:
        """Its certificate as PEM text."""
        return self.certificate.public_bytes(Encoding.PEM).decode("ascii")

    @property
    def expires_at(self) -> datetime:
        """When its certificates expire."""
        return self.certificate.not_valid_after_utc

    def issue(self, names: Sequence[str]) -> Credential:
        """Return a new key and its certificate, which expires with the authority.

        Args:
            names: Host names and IP addresses. Clients refuse names that are not permitted.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = self.certificate
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key())  # type: ignore[arg-type]  # an EC key
        certificate = (
            _start(_build_name(CERTIFICATE_COMMON_NAME), issuer.subject, key.public_key())
            .not_valid_before(to_certificate_time(issuer.not_valid_before_utc))
            .not_valid_after(to_certificate_time(issuer.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_permit("digital_signature"), critical=True)
            .add_extension(x509.SubjectAlternativeName(map(_encode, names)), critical=False)
            .add_extension(_SERVER_ONLY, critical=False)
            .add_extension(identifier, critical=False)
            .sign(self._key, SHA256())
        )
        return Credential((certificate,), key)


def _build_name(common_name: str) -> x509.Name:
    """Return a unique name: some verifiers confuse authorities that have the same one."""
    return x509.Name([
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "DEV ONLY"),
        x509.NameAttribute(NameOID.SERIAL_NUMBER, secrets.token_hex(_SUFFIX_BYTES)),
    ])


def _start(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())


def _permit(usage: str) -> x509.KeyUsage:
    return partial(x509.KeyUsage, **dict.fromkeys(_USAGES, False))(**{usage: True})


def _constrain(names: Iterable[str]) -> x509.NameConstraints:
    """Return the constraints to *names*.

    A kind of names that the constraints do not mention would be unconstrained.
    """
    permitted = [_encode(name, is_constraint=True) for name in names]
    kinds = {type(name) for name in permitted}
    excluded: list[x509.GeneralName] = [] if x509.DNSName in kinds else [_ALL_NAMES]
    if x509.IPAddress not in kinds:
        excluded += _ALL_ADDRESSES
    return x509.NameConstraints(permitted or None, excluded or None)


def _encode(name: str, *, is_constraint: bool = False) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_network(name) if is_constraint else ip_address(name))
    except ValueError:
        return x509.DNSName(name)
