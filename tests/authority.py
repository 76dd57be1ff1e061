"""A certificate authority like the simulator's, a certificate that it signs, and trust stores."""

import datetime
import struct
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12Certificate,
    serialize_java_truststore,
)
from cryptography.x509.oid import NameOID
from proxy_guard.dev_marks import AUTHORITY_COMMON_NAME, CERTIFICATE_COMMON_NAME

_START: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
_JKS_MAGIC: Final = 0xFEEDFEED
_JKS_VERSION: Final = 2
_JKS_CERTIFICATE: Final = 2


class Authority:
    """An authority with an EC key, which has no watermark.

    Args:
        common_name: The common name of its subject.

    Attributes:
        certificate: Its certificate.
    """

    def __init__(self, common_name: str = AUTHORITY_COMMON_NAME) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _build_name(common_name)
        self.certificate = self._sign(self._name, self._key.public_key(), "authority.example")

    def issue(self, host: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """Return a certificate for *host* and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        return self._sign(_build_name(CERTIFICATE_COMMON_NAME), key.public_key(), host), key

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, host: str
    ) -> x509.Certificate:
        end = _START.replace(year=2036)
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        is_ca = subject == self._name
        return (
            x509
            .CertificateBuilder(self._name, subject, key, x509.random_serial_number(), _START, end)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(names, critical=False)
            .sign(self._key, hashes.SHA256())
        )


def to_pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def to_der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def to_jks(certificate: x509.Certificate) -> bytes:
    """Return a Java key store with one trusted certificate, in the format before Java 9."""
    alias, kind, der = b"root", b"X.509", to_der(certificate)
    return (
        struct.pack(">III", _JKS_MAGIC, _JKS_VERSION, 1)
        + struct.pack(">IH", _JKS_CERTIFICATE, len(alias))
        + alias
        + struct.pack(">QH", 0, len(kind))
        + kind
        + struct.pack(">I", len(der))
        + der
        + bytes(20)  # its SHA-1 with the password, which nobody checks here
    )


def to_pkcs12(certificate: x509.Certificate) -> bytes:
    """Return a trust store of PKCS #12 whose certificate is not encrypted."""
    return serialize_java_truststore([PKCS12Certificate(certificate, b"root")], NoEncryption())


def _build_name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
