# DEV-ONLY: never ship to production.
"""The certificates that clients of the proxy trust: those of this machine, and the proxy's CA.

The variables that name a CA file replace the certificates of the system for the program that reads
them. Other connections of the program keep working only if the file contains those as well.
"""

import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12Certificate,
    serialize_java_truststore,
)
from OpenSSL import crypto

from token_issuer.errors import FrontError
from token_issuer.input_files import read_regular_file

CA_VARIABLES: Final = (
    "SSL_CERT_FILE",  # OpenSSL: Python's ssl, Go, Ruby, httpx
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "HTTPLIB2_CA_CERTS",  # google-api-python-client
)
"""Variables by which programs find the file of the certificates that they trust."""

JAVA_PASSWORD: Final = ""
"""The key store is not encrypted, so that proxy-guard finds the CA in it."""

_SYSTEM_FILES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora without the file above
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS
)
_MAX_ROOTS_BYTES: Final = 8 << 20
_CERTIFICATE: Final = re.compile(
    r"-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----"
)


class TrustFiles(NamedTuple):
    """Files with the certificates that a client trusts.

    Attributes:
        pem: The certificates as PEM text.
        java: The same as a key store of type PKCS12, with the password `JAVA_PASSWORD`.
    """

    pem: Path
    java: Path


def read_roots(path: Path, source: str) -> tuple[str, ...]:
    """Return the certificates in a PEM file.

    Args:
        path: The file.
        source: The option or variable that names it, for the error message.

    Raises:
        FrontError: the file cannot be read, contains no certificate, or one that OpenSSL cannot
            read: clients would then read none of the file.
    """
    try:
        text = read_regular_file(path, _MAX_ROOTS_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{source}: {path}: {reason}; name a file of certificates in PEM form"
        raise FrontError(message) from error
    found = tuple(_CERTIFICATE.findall(text))
    if not found:
        message = f"{source}: {path}: contains no certificate; name a file in PEM form"
        raise FrontError(message)
    for number, root in enumerate(found, 1):
        try:
            crypto.load_certificate(crypto.FILETYPE_PEM, root.encode())
        except crypto.Error as error:
            message = f"{source}: {path}: certificate {number} is damaged; replace or remove it"
            raise FrontError(message) from error
    return found


def find_roots(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the certificates that programs with the variables *environ* trust; maybe none.

    Raises:
        FrontError: a variable names a file that cannot be used.
    """
    named = [(Path(environ[name]), name) for name in CA_VARIABLES if environ.get(name)]
    if not environ.get("SSL_CERT_FILE"):
        named += [
            (path, "the certificates of this machine")
            for path in map(Path, _SYSTEM_FILES)
            if path.is_file()
        ][:1]
    files = {path: source for path, source in reversed(named) if path.is_file()}
    roots = (root for path, source in files.items() for root in read_roots(path, source))
    return tuple(dict.fromkeys(roots))


@contextmanager
def write_trust_files(roots: tuple[str, ...], authority: str) -> Iterator[TrustFiles]:
    """Write the files for clients, which only their owner can read; remove them after the block.

    Args:
        roots: The certificates of the system.
        authority: The certificate of the proxy's CA.

    Raises:
        FrontError: no directory for temporary files can be written.
    """
    with ExitStack() as stack:
        try:
            prefix = "token-issuer-google-"
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix))
            files = TrustFiles(Path(directory, "ca.pem"), Path(directory, "ca.p12"))
            _write(files.pem, "\n".join((authority.strip(), *roots, "")).encode())
            _write(files.java, _encode_for_java((authority, *roots)))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = (
                f"the certificates for CMD cannot be written: {reason}; set TMPDIR to a directory "
                "that is writable and has a megabyte of space"
            )
            raise FrontError(message) from error
        yield files


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)


def _encode_for_java(roots: tuple[str, ...]) -> bytes:
    certificates = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography warns of serial numbers of some old roots
        for number, root in enumerate(roots):
            with suppress(ValueError):  # an old certificate that violates RFC 5280
                certificate = x509.load_pem_x509_certificate(root.encode())
                certificates.append(PKCS12Certificate(certificate, b"root-%d" % number))
    return serialize_java_truststore(certificates, NoEncryption())
