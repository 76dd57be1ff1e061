"""Keys as text and files: PEM, certificates, and writing without a half-written moment.

Spec: RFC 5958 (PKCS#8), RFC 5280 §4.1.2.7 (SubjectPublicKeyInfo), RFC 7468 (PEM)
"""

import contextlib
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from jwt_core import strict_json
from jwt_core.algorithms import Algorithm
from jwt_core.errors import KeyFileError, KeyFormatError
from jwt_core.jwk import decode_jwk
from jwt_core.keys import (
    PublicKey,
    SigningKey,
    VerificationKey,
    compute_thumbprint,
    get_default_algorithm,
)


def encode_private_pem(key: SigningKey) -> bytes:
    """Encode a private key as unencrypted PKCS#8 PEM."""
    return key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def encode_public_pem(key: SigningKey | VerificationKey) -> bytes:
    """Encode the public half of a key as SPKI PEM."""
    public_key = key.verification_key.public_key if isinstance(key, SigningKey) else key.public_key
    return public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def decode_private_pem(
    data: bytes,
    *,
    kid: str | None = None,
    algorithm: Algorithm | None = None,
    check_numbers: bool = True,
) -> SigningKey:
    """Decode an unencrypted private key in PEM.

    Args:
        data: The PEM text.
        kid: Name of the key; by default its RFC 7638 thumbprint.
        algorithm: By default RS256, ES256 or EdDSA, after the kind of key.
        check_numbers: False leaves out the check of an RSA key's numbers, which takes most of the
            time (80 ms of 80): only for a file that this program has written itself.

    Raises:
        KeyFormatError: unreadable, encrypted, unsupported or too weak.
    """
    try:
        private_key = load_pem_private_key(
            data, password=None, unsafe_skip_rsa_key_validation=not check_numbers
        )
    except TypeError as error:
        message = "the private key is encrypted; decrypt it first (openssl pkey)"
        raise KeyFormatError(message) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        message = "not a private key in PEM; expected '-----BEGIN PRIVATE KEY-----' (PKCS#8)"
        raise KeyFormatError(message) from error
    if not isinstance(
        private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    ):
        message = "unsupported kind of private key; use RSA, EC on the curve P-256, or Ed25519"
        raise KeyFormatError(message)
    public_key = private_key.public_key()
    algorithm = algorithm or get_default_algorithm(public_key)
    return SigningKey(private_key, algorithm, kid or compute_thumbprint(public_key))


def decode_public_key(text: str, *, algorithm: Algorithm | None = None) -> VerificationKey:
    r"""Decode a public key as found in a settings variable.

    Understood are SPKI in PEM, an X.509 certificate in PEM (its key only; neither its validity nor
    its chain is judged), and a JWK. A literal `\n` in PEM stands for a line break, since one-line
    variables are often written so.

    Args:
        text: The key.
        algorithm: By default the JWK's own, or RS256, ES256 or EdDSA, after the kind of key.

    Raises:
        KeyFormatError: unreadable, private, unsupported or too weak.
    """
    text = text.strip()
    if "PRIVATE KEY-----" in text:
        message = "this is a private key; give the public key, and replace the exposed one"
        raise KeyFormatError(message)
    if text.startswith("{"):
        return _decode_jwk_text(text, algorithm)
    public_key = _decode_public_pem(text.replace("\\n", "\n"))
    return VerificationKey(public_key, algorithm or get_default_algorithm(public_key), kid=None)


def write_file_atomically(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file so that no reader, and no crash, ever sees part of it.

    Args:
        path: The file; an existing one is replaced.
        data: The whole content.
        mode: The exact permissions, whatever the umask.

    Raises:
        KeyFileError: the directory or file cannot be written; nothing is left behind.
    """
    try:
        _replace_file(path, data, mode)
        _sync_directory(path.parent)
    except OSError as error:
        reason = f"cannot be written ({error.strerror}); check the directory and its permissions"
        raise KeyFileError(path, reason) from error


def _replace_file(path: Path, data: bytes, mode: int) -> None:
    # Same directory: a rename is atomic only within one file system.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _decode_jwk_text(text: str, algorithm: Algorithm | None) -> VerificationKey:
    try:
        document = strict_json.decode_object(text.encode())
    except ValueError as error:
        message = "not a JWK: the text is not one JSON object with distinct members"
        raise KeyFormatError(message) from error
    if "keys" in document:
        message = "this is a JWK Set; give a single JWK, or use the set as a whole"
        raise KeyFormatError(message)
    key = decode_jwk(document)
    if algorithm not in {None, key.algorithm}:
        message = f"the JWK is for {key.algorithm}, but {algorithm} is asked for"
        raise KeyFormatError(message)
    return key


def _decode_public_pem(text: str) -> PublicKey:
    try:
        public_key = _load_public_pem(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        message = (
            "not a public key; expected a JWK, or PEM that begins with "
            "'-----BEGIN PUBLIC KEY-----' or '-----BEGIN CERTIFICATE-----'"
        )
        raise KeyFormatError(message) from error
    if isinstance(
        public_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
    ):
        return public_key
    message = "unsupported kind of public key; use RSA, EC on the curve P-256, or Ed25519"
    raise KeyFormatError(message)


def _load_public_pem(data: bytes) -> object:
    if b"-----BEGIN CERTIFICATE-----" in data:
        from cryptography import x509  # noqa: PLC0415  # large, and few keys come in certificates

        return x509.load_pem_x509_certificate(data).public_key()
    return load_pem_public_key(data)
