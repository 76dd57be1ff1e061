# DEV-ONLY: never ship to production.
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from token_issuer.errors import CertificateError
from token_issuer.tls.authority import Authority
from token_issuer.tls.credential_files import read_certificates, read_credential
from token_issuer.tls.credentials import Credential

pytestmark = pytest.mark.requirement("GO-6")

NOW: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)
PLAIN: Final = NoEncryption()


def issue() -> Credential:
    return Authority.create(["localhost"], NOW).issue(["localhost"])


def encode_key(key: object, encryption: KeySerializationEncryption = PLAIN) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes, bytes], tuple[Path, Path]]:
    """Return a function that writes a certificate and a key."""

    def write_files(certificate: bytes, key: bytes) -> tuple[Path, Path]:
        paths = tmp_path / "cert.pem", tmp_path / "key.pem"
        for path, data in zip(paths, (certificate, key), strict=True):
            path.write_bytes(data)
            path.chmod(0o600)
        return paths

    return write_files


Write = Callable[[bytes, bytes], tuple[Path, Path]]


def test_certificate_and_key_are_read(write: Write, caplog: pytest.LogCaptureFixture) -> None:
    credential = issue()
    pem = credential.chain[0].public_bytes(Encoding.PEM)

    read = read_credential(*write(b"a comment\n" + pem, encode_key(credential.key)), NOW)

    assert read.chain == credential.chain
    assert not caplog.text


def test_both_may_be_in_one_file(write: Write) -> None:
    credential = issue()
    both = credential.chain[0].public_bytes(Encoding.PEM) + encode_key(credential.key)
    path, _ = write(both, b"")

    assert read_credential(path, path, NOW).chain == credential.chain


def test_chain_keeps_its_order(write: Write) -> None:
    credential, issuer = issue(), issue()
    pem = b"".join(each.chain[0].public_bytes(Encoding.PEM) for each in (credential, issuer))

    read = read_credential(*write(pem, encode_key(credential.key)), NOW)

    assert read.chain == (*credential.chain, *issuer.chain)


@pytest.mark.parametrize(
    ("certificate", "key", "names", "problem"),
    [
        (b"", None, "cert.pem", "expected certificates in PEM"),
        (b"hello", None, "cert.pem", "expected certificates in PEM"),
        (b"\xff" * 9, None, "cert.pem", "expected certificates in PEM"),
        (b"x" * (1 << 21), None, "cert.pem", "larger than 1024 KiB"),
        (None, b"", "key.pem", "expected a private key in PEM"),
        (None, b"-----BEGIN PRIVATE KEY-----\nx", "key.pem", "expected a private key in PEM"),
        (None, encode_key(issue().key), "key.pem", "is not the key of the first certificate"),
        (
            None,
            encode_key(issue().key, BestAvailableEncryption(b"secret")),
            "key.pem",
            "the key has a passphrase, which a server cannot enter; remove it with: openssl pkey",
        ),
        (None, encode_key(x25519.X25519PrivateKey.generate()), "key.pem", "expected a key of RSA"),
    ],
)
def test_wrong_file_is_named(
    write: Write, certificate: bytes | None, key: bytes | None, names: str, problem: str
) -> None:
    credential = issue()
    pem = credential.chain[0].public_bytes(Encoding.PEM) if certificate is None else certificate
    paths = write(pem, encode_key(credential.key) if key is None else key)

    with pytest.raises(CertificateError, match=problem) as caught:
        read_credential(*paths, NOW)

    assert caught.value.path.name == names
    assert caught.value.exit_code == 2
    assert "PRIVATE" not in str(caught.value).replace("-----BEGIN PRIVATE KEY-----", "")


@pytest.mark.parametrize(
    ("offset", "problem"),
    [
        (timedelta(days=1), "the certificate expired at Tue Dec  1 12:00:00 2026 UTC; renew it"),
        (timedelta(days=-1), "the certificate is valid from Mon Nov 30 11:55:00 2026 UTC on"),
    ],
)
def test_certificate_must_be_valid(write: Write, offset: timedelta, problem: str) -> None:
    credential = issue()
    paths = write(credential.chain[0].public_bytes(Encoding.PEM), encode_key(credential.key))

    with pytest.raises(CertificateError, match=problem):
        read_credential(*paths, NOW + offset)


@pytest.mark.parametrize("kind", ["missing", "directory", "fifo"])
def test_unsuitable_path_is_an_error(tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)

    with pytest.raises(CertificateError, match=f"^{path}: "):
        read_certificates(path)


def test_key_that_others_can_read_is_a_warning(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    credential = issue()
    paths = write(credential.chain[0].public_bytes(Encoding.PEM), encode_key(credential.key))
    paths[1].chmod(0o644)

    read_credential(*paths, NOW)

    assert "can be read by other users (permissions 0644)" in caplog.text
    assert f"run chmod 600 {paths[1]}" in caplog.text


def test_key_that_openssl_refuses_is_an_error(write: Write) -> None:
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505  # refused, as the test shows
    certificate = sign_itself(key)

    with pytest.raises(CertificateError, match=r"OpenSSL refuses it: .*key too small"):
        read_credential(*write(certificate, encode_key(key)), NOW)


def sign_itself(key: rsa.RSAPrivateKey) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    name = x509.Name([])
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 1, NOW - timedelta(days=1), NOW + timedelta(days=1)
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)
