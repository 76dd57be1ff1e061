import re
from collections.abc import Callable
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt_core import (
    Algorithm,
    KeyFormatError,
    PublicKey,
    SigningKey,
    VerificationKey,
    base64url,
    compute_thumbprint,
    decode_jwk,
    encode_jwk,
    generate_key,
)
from jwt_core.keys import get_default_algorithm

pytestmark = pytest.mark.requirement("JC-1")

KEY_TYPES: Final = {
    Algorithm.RS256: rsa.RSAPrivateKey,
    Algorithm.PS256: rsa.RSAPrivateKey,
    Algorithm.ES256: ec.EllipticCurvePrivateKey,
    Algorithm.EDDSA: ed25519.Ed25519PrivateKey,
    Algorithm.ED25519: ed25519.Ed25519PrivateKey,
}


@pytest.mark.parametrize("algorithm", Algorithm)
def test_generated_key_fits_its_algorithm(
    keys: dict[Algorithm, SigningKey], algorithm: Algorithm
) -> None:
    key = keys[algorithm]
    assert isinstance(key.private_key, KEY_TYPES[algorithm])
    assert (key.algorithm, key.kid) == (algorithm, "key-1")
    assert key.verification_key == VerificationKey(key.private_key.public_key(), algorithm, "key-1")


def test_generated_rsa_key_has_2048_bits(key: SigningKey) -> None:
    assert isinstance(key.private_key, rsa.RSAPrivateKey)
    assert key.private_key.key_size == 2048
    assert key.private_key.public_key().public_numbers().e == 65537


def test_generated_key_is_named_by_its_thumbprint_by_default() -> None:
    key = generate_key(Algorithm.ES256)
    assert key.kid == compute_thumbprint(key.verification_key.public_key)
    assert re.fullmatch(r"[\w-]{43}", key.kid)


def test_representation_shows_name_and_algorithm_only(key: SigningKey) -> None:
    expected = "(algorithm=<Algorithm.RS256: 'RS256'>, kid='key-1')"
    assert repr(key) == f"SigningKey{expected}"
    assert repr(key.verification_key) == f"VerificationKey{expected}"


def test_keys_can_be_members_of_sets(key: SigningKey, other_key: SigningKey) -> None:
    assert len({key.verification_key, key.verification_key, other_key.verification_key}) == 2


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("key_algorithm", Algorithm)
def test_key_is_bound_only_to_algorithms_of_its_kind(
    keys: dict[Algorithm, SigningKey], algorithm: Algorithm, key_algorithm: Algorithm
) -> None:
    private_key = keys[key_algorithm].private_key
    if KEY_TYPES[algorithm] is KEY_TYPES[key_algorithm]:
        assert SigningKey(private_key, algorithm, "k").verification_key.algorithm is algorithm
        return
    with pytest.raises(KeyFormatError, match=f"does not fit {algorithm}"):
        SigningKey(private_key, algorithm, "k")


@pytest.mark.parametrize(
    "make",
    [
        lambda: ec.generate_private_key(ec.SECP384R1()).public_key(),
        lambda: ec.generate_private_key(ec.SECP256K1()).public_key(),
        lambda: ed448.Ed448PrivateKey.generate().public_key(),
    ],
    ids=["P-384", "secp256k1", "Ed448"],
)
@pytest.mark.parametrize("algorithm", Algorithm)
def test_foreign_key_is_refused_for_every_algorithm(
    make: Callable[[], PublicKey], algorithm: Algorithm
) -> None:
    with pytest.raises(KeyFormatError):
        VerificationKey(make(), algorithm, None)


def test_rsa_key_below_2048_bits_is_refused() -> None:
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505  # weak on purpose
    with pytest.raises(KeyFormatError, match="1024 bits"):
        SigningKey(weak, Algorithm.RS256, "weak")


@pytest.mark.parametrize("exponent", [3, 17, 65535, (1 << 256) + 1])
def test_rsa_key_with_unsafe_exponent_is_refused(key: SigningKey, exponent: int) -> None:
    assert isinstance(key.private_key, rsa.RSAPrivateKey)
    modulus = key.private_key.public_key().public_numbers().n
    public_key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    with pytest.raises(KeyFormatError, match="public exponent"):
        VerificationKey(public_key, Algorithm.RS256, None)


def test_unsupported_kind_has_no_default_algorithm() -> None:
    with pytest.raises(KeyFormatError, match="unsupported kind"):
        get_default_algorithm(ed448.Ed448PrivateKey.generate().public_key())


def test_coordinates_with_leading_zeros_keep_their_width() -> None:
    # One key in 128 has such a coordinate; look for one instead of trusting to luck.
    candidates = (ec.derive_private_key(n, ec.SECP256R1()).public_key() for n in range(1, 10_000))
    short = next(key for key in candidates if key.public_numbers().x >> 248 == 0)
    jwk = encode_jwk(VerificationKey(short, Algorithm.ES256, None))
    assert len(base64url.decode(jwk["x"])) == 32
    assert decode_jwk(jwk).public_key == short
