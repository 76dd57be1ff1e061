"""Moduli of Infineon's RSALib (CVE-2017-15361) and others that can be factored are rejected."""

import math
import secrets
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt_core import (
    Algorithm,
    KeyFormatError,
    KeySet,
    SigningKey,
    VerificationKey,
    base64url,
    decode_jwk,
    decode_public_key,
    encode_jwk,
    generate_key,
)
from jwt_core.keys import MAX_RSA_KEY_BITS
from jwt_core.roca import has_roca_fingerprint

pytestmark = pytest.mark.requirement("JC-1")

PRIMES: Final = [n for n in range(2, 1500) if all(n % d for d in range(2, math.isqrt(n) + 1))]


def build_modulus(bits: int, prime_count: int) -> int:
    """Build a modulus as RSALib does: a power of 65537 modulo the product of the first primes."""
    product = math.prod(PRIMES[:prime_count])
    residue = pow(65537, secrets.randbelow(product), product)
    quotient = (1 << (bits - 1)) // product + secrets.randbelow((1 << (bits - 2)) // product)
    return quotient * product + residue


def encode_number(value: int) -> str:
    return base64url.encode(value.to_bytes((value.bit_length() + 7) // 8))


# The numbers of primes that the library used for each range of key sizes (Nemec et al., §2.1).
@pytest.mark.parametrize(
    ("bits", "prime_count"), [(512, 39), (1024, 71), (2048, 126), (3072, 126), (4096, 225)]
)
def test_modulus_of_the_library_has_the_fingerprint(bits: int, prime_count: int) -> None:
    for _ in range(20):
        assert has_roca_fingerprint(build_modulus(bits, prime_count))


def test_modulus_of_other_libraries_does_not_have_it(key: SigningKey) -> None:
    assert isinstance(key.private_key, rsa.RSAPrivateKey)
    assert not has_roca_fingerprint(key.private_key.public_key().public_numbers().n)
    assert not any(has_roca_fingerprint(secrets.randbits(2048) | 1) for _ in range(2000))


def test_powers_with_different_exponents_are_not_the_fingerprint() -> None:
    # A power of 65537 modulo each prime, but no single exponent fits all primes.
    product = math.prod(PRIMES[:39])
    half = math.prod(PRIMES[20:39])
    other = product // half
    residue = (
        pow(65537, 2, half) * other * pow(other, -1, half)
        + pow(65537, 3, other) * half * pow(half, -1, other)
    ) % product
    assert all(residue % p in {pow(65537, e, p) for e in range(p)} for p in PRIMES[:39])
    assert not has_roca_fingerprint(residue)


@pytest.mark.parametrize(("bits", "prime_count"), [(2048, 126), (4096, 225)])
def test_key_with_the_fingerprint_is_refused_everywhere(bits: int, prime_count: int) -> None:
    modulus = build_modulus(bits, prime_count)
    public_key = rsa.RSAPublicNumbers(65537, modulus).public_key()
    document = {"kty": "RSA", "n": encode_number(modulus), "e": "AQAB"}
    for algorithm in (Algorithm.RS256, Algorithm.PS256):
        with pytest.raises(KeyFormatError, match="CVE-2017-15361"):
            VerificationKey(public_key, algorithm, "key-1")
    with pytest.raises(KeyFormatError, match="CVE-2017-15361") as caught:
        decode_jwk(document)
    assert document["n"] not in str(caught.value)
    with pytest.raises(KeyFormatError, match="CVE-2017-15361"):
        decode_public_key(f'{{"kty": "RSA", "n": "{document["n"]}", "e": "AQAB"}}')


def test_other_keys_beside_one_with_the_fingerprint_are_used(key: SigningKey) -> None:
    document = {"kty": "RSA", "n": encode_number(build_modulus(2048, 126)), "e": "AQAB"}
    keys = KeySet.from_document({"keys": [document, encode_jwk(key.verification_key)]})
    assert keys.keys == (key.verification_key,)


@pytest.mark.parametrize(
    ("modulus", "exponent", "expected"),
    [
        pytest.param((1 << 2048) - 2, 65537, "factored", id="even"),
        pytest.param((1 << 1023) + 1, 65537, "1024 bits", id="small"),
        pytest.param((1 << MAX_RSA_KEY_BITS) + 1, 65537, "at most", id="large"),
        pytest.param((1 << 200_000) + 1, 65537, "at most", id="huge"),
        pytest.param((1 << 2047) + 1, 1, "public key|exponent", id="e-one"),
        pytest.param((1 << 2047) + 1, 65536, "public key|exponent", id="e-even"),
        pytest.param((1 << 4095) + 1, (1 << 64) + 1, "unsafe public exponent", id="e-large"),
        pytest.param((1 << 2047) + 1, (1 << 2046) + 1, "unsafe public exponent", id="e-huge"),
        pytest.param(1, 65537, "public key|bits", id="one"),
        pytest.param(0, 65537, "public key|bits|base64url", id="zero"),
    ],
)
def test_jwk_with_numbers_out_of_range_is_refused_with_the_reason(
    modulus: int, exponent: int, expected: str
) -> None:
    document = {"kty": "RSA", "n": encode_number(modulus), "e": encode_number(exponent)}
    with pytest.raises(KeyFormatError, match=expected):
        decode_jwk(document)


@pytest.mark.parametrize("exponent", [65537, (1 << 32) + 15, (1 << 64) - 1])
def test_unusual_but_safe_exponent_is_accepted(exponent: int) -> None:
    private_key = generate_key().private_key
    assert isinstance(private_key, rsa.RSAPrivateKey)
    numbers = private_key.public_key().public_numbers()
    document = {"kty": "RSA", "n": encode_number(numbers.n), "e": encode_number(exponent)}
    assert decode_jwk(document).algorithm is Algorithm.RS256
