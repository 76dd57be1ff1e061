# DEV-ONLY: never ship to production.
"""Certificates and keys for TLS that a user has in files."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL

from token_issuer.errors import CertificateError, show_path
from token_issuer.input_files import read_regular_file
from token_issuer.tls.contexts import build_credential_context
from token_issuer.tls.credentials import Credential, ServerKey
from token_issuer.tls.failures import describe_failure

MAX_PEM_BYTES: Final = 1024 * 1024
_OTHERS: Final = 0o077

logger = logging.getLogger(__name__)


def read_certificates(path: Path) -> tuple[x509.Certificate, ...]:
    """Return the certificates in a PEM file.

    Raises:
        CertificateError: the file cannot be read, or has none.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(_read(path)))
    except ValueError as error:
        problem = "expected certificates in PEM, which begin with -----BEGIN CERTIFICATE-----"
        raise CertificateError(path, problem) from error


def read_credential(certificate: Path, key: Path, now: datetime) -> Credential:
    """Return the certificate in one file and its private key in another, or in the same.

    Args:
        certificate: The PEM file of the certificate, which those of its issuers may follow.
        key: The PEM file of the key. If other users can read it, a warning is logged.
        now: The time of the system clock.

    Raises:
        CertificateError: a file cannot be read, the key does not belong to the certificate, or the
            certificate is not valid at this time.
    """
    chain, private_key = read_certificates(certificate), _read_key(key)
    first = chain[0]
    if first.public_key() != private_key.public_key():
        problem = (
            f"is not the key of the first certificate in {show_path(certificate)}; give the key "
            "with which that certificate was requested"
        )
        raise CertificateError(key, problem)
    if now >= first.not_valid_after_utc:
        problem = f"the certificate expired at {first.not_valid_after_utc:%c} UTC; renew it"
        raise CertificateError(certificate, problem)
    if now < first.not_valid_before_utc:
        problem = (
            f"the certificate is valid from {first.not_valid_before_utc:%c} UTC on; check the "
            "clock of this machine, or use another certificate"
        )
        raise CertificateError(certificate, problem)
    credential = Credential(chain, private_key)
    try:
        build_credential_context(credential)
    except SSL.Error as error:
        problem = f"OpenSSL refuses it: {describe_failure(error)}; use another certificate"
        raise CertificateError(certificate, problem) from error
    return credential


def _read_key(path: Path) -> ServerKey:
    data = _read(path)
    _warn_if_exposed(path)
    try:
        key = load_pem_private_key(data, password=None)
    except TypeError as error:
        problem = (
            "the key has a passphrase, which a server cannot enter; remove it with: openssl pkey "
            f"-in {show_path(path)} -out FILE"
        )
        raise CertificateError(path, problem) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        problem = "expected a private key in PEM, which begins with -----BEGIN PRIVATE KEY-----"
        raise CertificateError(path, problem) from error
    if not isinstance(key, ServerKey):
        problem = "expected a key of RSA, of an elliptic curve, or of Ed25519"
        raise CertificateError(path, problem)
    return key


def _warn_if_exposed(path: Path) -> None:
    mode = path.stat().st_mode & 0o7777
    if mode & _OTHERS:
        shown = show_path(path)
        logger.warning(
            "%s: can be read by other users (permissions %04o), who can then pose as this server; "
            "run chmod 600 %s",
            shown,
            mode,
            shown,
        )


def _read(path: Path) -> bytes:
    try:
        return read_regular_file(path, MAX_PEM_BYTES)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CertificateError(path, f"cannot be read: {reason}; check the path") from error
    except ValueError as error:
        raise CertificateError(path, f"is {error}; expected a file in PEM") from error
