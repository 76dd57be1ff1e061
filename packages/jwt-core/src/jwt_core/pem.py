"""Keys as text: PEM, X.509 certificates, and values of environment variables.

Spec: RFC 5958 (PKCS#8), RFC 5280 §4.1.2.7 (SubjectPublicKeyInfo), RFC 7468 (PEM)
"""

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
from jwt_core.argument_checks import (
    check_optional_algorithm,
    check_optional_text,
    check_text,
    check_type,
)
from jwt_core.errors import KeyFormatError
from jwt_core.jwk import decode_jwk
from jwt_core.keys import (
    PublicKey,
    SigningKey,
    VerificationKey,
    get_default_algorithm,
)
from jwt_core.thumbprint import compute_thumbprint


def encode_private_pem(key: SigningKey) -> bytes:
    """Encode a private key as unencrypted PKCS#8 PEM.

    Example:
        >>> from jwt_core import Algorithm, decode_private_pem, encode_private_pem, generate_key
        >>> pem = encode_private_pem(generate_key(Algorithm.ES256))
        >>> decode_private_pem(pem).algorithm
        <Algorithm.ES256: 'ES256'>
    """
    return key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def encode_public_pem(key: SigningKey | VerificationKey) -> bytes:
    """Encode a public key, or the public half of a signing key, as SPKI PEM.

    Example:
        >>> from jwt_core import Algorithm, encode_public_pem, generate_key
        >>> encode_public_pem(generate_key(Algorithm.ES256)).splitlines()[0]
        b'-----BEGIN PUBLIC KEY-----'
    """
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
        kid: The key ID; by default the RFC 7638 thumbprint.
        algorithm: By default RS256 for an RSA key, ES256 for P-256, EdDSA for Ed25519.
        check_numbers: Whether to validate the numbers of an RSA key, which takes most of the time.
            False is safe only for a file that this program has written itself.

    Raises:
        KeyFormatError: The key is unreadable, encrypted, unsupported or too weak.
        TypeError: An argument has the wrong type.

    Example:
        >>> from jwt_core import Algorithm, decode_private_pem, encode_private_pem, generate_key
        >>> pem = encode_private_pem(generate_key(Algorithm.ES256))
        >>> decode_private_pem(pem, kid="key-1")
        SigningKey(algorithm=<Algorithm.ES256: 'ES256'>, kid='key-1')
    """
    check_type("data", data, bytes, "encode the text first, or read the file as bytes")
    check_optional_text("kid", kid)
    check_optional_algorithm("algorithm", algorithm)
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
    r"""Decode a public key from text, such as the value of an environment variable.

    Accepted formats: SPKI in PEM, an X.509 certificate in PEM, and a JWK. Only the key of a
    certificate is used; its validity and chain are not checked. A literal `\n` in PEM is decoded as
    a line break, because it often replaces one in environment variables.

    Args:
        text: The key.
        algorithm: By default the JWK's `alg`; without it RS256 for an RSA key, ES256 for P-256,
            EdDSA for Ed25519.

    Raises:
        KeyFormatError: The key is unreadable, private, unsupported or too weak.
        TypeError: An argument has the wrong type.

    Example:
        >>> from jwt_core import Algorithm, decode_public_key, encode_public_pem, generate_key
        >>> pem = encode_public_pem(generate_key(Algorithm.RS256)).decode()
        >>> decode_public_key(pem, algorithm=Algorithm.PS256)
        VerificationKey(algorithm=<Algorithm.PS256: 'PS256'>, kid=None)
    """
    check_text("text", text)
    check_optional_algorithm("algorithm", algorithm)
    text = text.strip()
    if "PRIVATE KEY-----" in text:
        message = "this is a private key; use its public key, and replace the exposed one"
        raise KeyFormatError(message)
    if text.startswith("{"):
        return _decode_jwk_text(text, algorithm)
    public_key = _decode_public_pem(text.replace("\\n", "\n"))
    return VerificationKey(public_key, algorithm or get_default_algorithm(public_key), kid=None)


def _decode_jwk_text(text: str, algorithm: Algorithm | None) -> VerificationKey:
    try:
        document = strict_json.decode_object(text.encode())
    except ValueError as error:
        message = "not a JWK: the text is not one JSON object with distinct members"
        raise KeyFormatError(message) from error
    if "keys" in document:
        message = "this is a JWK Set; use a single JWK, or decode the set with KeySet.from_document"
        raise KeyFormatError(message)
    key = decode_jwk(document)
    if document.get("alg") is None and algorithm is not None:
        return VerificationKey(key.public_key, algorithm, key.kid)
    if algorithm not in {None, key.algorithm}:
        message = f"the JWK is for {key.algorithm}, but {algorithm} was requested"
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
        from cryptography import x509  # noqa: PLC0415  # large, and certificates are rare

        return x509.load_pem_x509_certificate(data).public_key()
    return load_pem_public_key(data)
