from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from jwt_core import (
    Algorithm,
    KeyFormatError,
    KeySet,
    SigningKey,
    VerificationKey,
    compute_thumbprint,
    decode_private_pem,
    decode_public_key,
    encode_jwk,
    encode_private_pem,
    encode_public_pem,
    strict_json,
)

pytestmark = pytest.mark.requirement("JC-1")


@pytest.mark.parametrize("algorithm", Algorithm)
def test_private_pem_round_trips(keys: dict[Algorithm, SigningKey], algorithm: Algorithm) -> None:
    key = keys[algorithm]
    pem = encode_private_pem(key)
    assert pem.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    loaded = decode_private_pem(pem, kid="key-1", algorithm=algorithm)
    assert loaded.verification_key == key.verification_key
    assert encode_private_pem(loaded) == pem


def test_private_pem_is_named_by_thumbprint_and_signs_rs256_by_default(key: SigningKey) -> None:
    loaded = decode_private_pem(encode_private_pem(key))
    assert loaded.kid == compute_thumbprint(key.verification_key.public_key)
    assert loaded.algorithm is Algorithm.RS256


def test_private_pem_with_wrong_numbers_is_refused_unless_it_is_our_own(key: SigningKey) -> None:
    assert isinstance(key.private_key, rsa.RSAPrivateKey)
    n = key.private_key.private_numbers()
    numbers = rsa.RSAPrivateNumbers(
        *(n.p, n.q, n.d + 2, n.dmp1, n.dmq1, n.iqmp), public_numbers=n.public_numbers
    )
    private_key = numbers.private_key(unsafe_skip_rsa_key_validation=True)
    pem = encode_private_pem(SigningKey(private_key, Algorithm.RS256, "wrong"))

    with pytest.raises(KeyFormatError, match="not a private key"):
        decode_private_pem(pem)
    loaded = decode_private_pem(pem, check_numbers=False)

    assert loaded.verification_key.public_key == key.verification_key.public_key


def _encrypt(key: SigningKey) -> bytes:
    return key.private_key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )


def _encode_ed448(_key: SigningKey) -> bytes:
    return ed448.Ed448PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def _encode_weak(_key: SigningKey) -> bytes:
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505  # weak on purpose
    return weak.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (_encrypt, "encrypted"),
        (_encode_ed448, "unsupported kind"),
        (_encode_weak, "1024 bits"),
        (encode_public_pem, "not a private key"),
        (lambda key: encode_private_pem(key)[:-40], "not a private key"),
        (lambda _key: b"", "not a private key"),
        (lambda _key: b"\xff\x00", "not a private key"),
    ],
    ids=["encrypted", "Ed448", "weak", "public", "truncated", "empty", "binary"],
)
def test_unusable_private_pem_is_refused(
    key: SigningKey, make: Callable[[SigningKey], bytes], expected: str
) -> None:
    with pytest.raises(KeyFormatError, match=expected):
        decode_private_pem(make(key))


def test_private_pem_for_another_algorithm_is_refused(key: SigningKey) -> None:
    with pytest.raises(KeyFormatError, match="does not fit ES256"):
        decode_private_pem(encode_private_pem(key), algorithm=Algorithm.ES256)


def make_certificate(key: SigningKey) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    start = datetime(2001, 1, 1, tzinfo=UTC)
    certificate = (
        x509
        .CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.private_key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .sign(key.private_key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode()


def to_pem(key: SigningKey) -> str:
    return encode_public_pem(key).decode()


@pytest.mark.parametrize(
    "write",
    [
        to_pem,
        lambda key: f"\n  {to_pem(key)}  \n",
        lambda key: to_pem(key).replace("\n", "\\n"),
        lambda key: to_pem(key).replace("\n", "\r\n"),
        make_certificate,
        lambda key: make_certificate(key).replace("\n", "\\n"),
    ],
    ids=["pem", "blanks", "one-line", "crlf", "certificate", "one-line-certificate"],
)
def test_public_key_is_understood_as_pem_in_one_line_or_many(
    key: SigningKey, write: Callable[[SigningKey], str]
) -> None:
    public_key = key.verification_key.public_key
    text = write(key)
    assert decode_public_key(text) == VerificationKey(public_key, Algorithm.RS256, None)
    assert decode_public_key(text, algorithm=Algorithm.PS256).algorithm is Algorithm.PS256


@pytest.mark.parametrize("algorithm", Algorithm)
def test_public_pem_round_trips(keys: dict[Algorithm, SigningKey], algorithm: Algorithm) -> None:
    pem = encode_public_pem(keys[algorithm].verification_key)
    assert pem == encode_public_pem(keys[algorithm])
    decoded = decode_public_key(pem.decode(), algorithm=algorithm)
    assert decoded.public_key == keys[algorithm].verification_key.public_key


def to_jwk_text(key: SigningKey) -> str:
    return strict_json.encode_object(encode_jwk(key.verification_key)).decode()


def test_public_key_is_understood_as_jwk(key: SigningKey) -> None:
    assert decode_public_key(f" {to_jwk_text(key)}\n") == key.verification_key
    assert decode_public_key(to_jwk_text(key), algorithm=Algorithm.RS256).kid == "key-1"


def _encode_jwks(key: SigningKey) -> str:
    return strict_json.encode_object(KeySet((key.verification_key,)).to_document()).decode()


def _encode_dsa(_key: SigningKey) -> str:
    public_key = dsa.generate_private_key(2048).public_key()
    return public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda key: encode_private_pem(key).decode(), "private key"),
        (lambda key: encode_private_pem(key).decode().replace("\n", "\\n"), "private key"),
        (lambda key: _encrypt(key).decode(), "private key"),
        (lambda key: to_pem(key) + encode_private_pem(key).decode(), "private key"),
        (lambda _key: '{"kty": "oct", "k": "AA"}', "private or symmetric"),
        (lambda _key: '{"kty": "RSA", "kty": "RSA"}', "not a JWK"),
        (lambda _key: "{", "not a JWK"),
        (_encode_jwks, "JWK Set"),
        (_encode_dsa, "unsupported kind"),
        (lambda _key: "", "not a public key"),
        (lambda _key: "a-shared-secret", "not a public key"),
        (lambda _key: "\udcff", "not a public key"),
        (lambda key: make_certificate(key)[:-60], "not a public key"),
    ],
    ids=[
        "private",
        "private-one-line",
        "private-encrypted",
        "private-after-public",
        "symmetric",
        "duplicate-member",
        "broken-json",
        "key-set",
        "dsa",
        "empty",
        "secret",
        "not-unicode",
        "truncated",
    ],
)
def test_unusable_public_key_is_refused(
    key: SigningKey, write: Callable[[SigningKey], str], expected: str
) -> None:
    with pytest.raises(KeyFormatError, match=expected):
        decode_public_key(write(key))


def test_jwk_for_another_algorithm_than_asked_for_is_refused(key: SigningKey) -> None:
    with pytest.raises(KeyFormatError, match="for RS256, but PS256 was requested"):
        decode_public_key(to_jwk_text(key), algorithm=Algorithm.PS256)
