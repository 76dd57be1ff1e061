# DEV-ONLY: never ship to production.
import math

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from jwt_core import SigningKey, encode_jwk, encode_public_pem, generate_key
from proxy_guard.dev_marks import WATERMARK, WATERMARK_TEXT
from token_issuer.keys import watermark
from token_issuer.keys.watermark import generate_marked_key, has_watermark


@pytest.mark.requirement("TI-6")
def test_watermark_is_in_each_generated_key() -> None:
    for _ in range(8):
        key = generate_marked_key().private_key
        assert isinstance(key, rsa.RSAPrivateKey)
        numbers = key.private_numbers()
        p, q, n = numbers.p, numbers.q, numbers.public_numbers.n

        assert n.to_bytes(256, "big").startswith(WATERMARK)
        assert p * q == n
        assert p.bit_length() == q.bit_length() == 1024
        assert n.bit_length() == 2048
        assert abs(p - q) > 1 << 924
        assert math.gcd((p - 1) * (q - 1), 65537) == 1
        assert numbers.public_numbers.e == 65537
        numbers.private_key()  # raises unless OpenSSL finds it sound


def test_generated_key_signs_and_verifies(marked_key: SigningKey) -> None:
    private_key = marked_key.private_key
    assert isinstance(private_key, rsa.RSAPrivateKey)
    signature = private_key.sign(b"data", padding.PKCS1v15(), SHA256())

    private_key.public_key().verify(signature, b"data", padding.PKCS1v15(), SHA256())


def test_watermark_is_readable_in_jwk_and_pem(marked_key: SigningKey) -> None:
    public_key = marked_key.verification_key

    assert encode_jwk(public_key)["n"].startswith(WATERMARK_TEXT)
    assert WATERMARK_TEXT.encode() in encode_public_pem(public_key).replace(b"\n", b"")


def test_watermark_is_missed_in_foreign_keys(marked_key: SigningKey) -> None:
    assert has_watermark(marked_key.verification_key.public_key)
    assert not has_watermark(generate_key().verification_key.public_key)
    assert not has_watermark(ec.generate_private_key(ec.SECP256R1()).public_key())


@pytest.mark.parametrize("start", [(1 << 89) - 1000, (1 << 127) - 5000, (1 << 127) - 1])
def test_next_prime_is_the_very_next_one_of_its_kind(start: int) -> None:
    prime = watermark._find_next_prime(start)

    # Fermat to several bases proves compositeness of everything that was skipped.
    def is_composite(n: int) -> bool:
        return any(pow(base, n - 1, n) != 1 for base in (2, 3, 5, 7, 11, 13))

    assert not is_composite(prime)
    assert all(is_composite(number) for number in range(start | 3, prime, 4))


def test_search_goes_on_when_a_whole_sieve_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    start = (1 << 127) - 200
    expected = watermark._find_next_prime(start)
    monkeypatch.setattr(watermark, "_SIEVE_LENGTH", 4)

    assert expected - start > 4 * 4
    assert watermark._find_next_prime(start) == expected


def test_number_that_is_no_prime_fails_though_its_factors_are_large() -> None:
    mersenne_primes = [(1 << exponent) - 1 for exponent in (61, 89, 107, 127)]
    composites = [math.prod(mersenne_primes[i : i + 3]) for i in range(2)]

    assert all(number % 4 == 3 for number in composites)
    assert not any(watermark._is_probable_prime(number) for number in composites)
    assert all(watermark._is_probable_prime(number) for number in mersenne_primes[1:])


def test_pair_is_rejected_when_a_property_is_missing(marked_key: SigningKey) -> None:
    assert isinstance(marked_key.private_key, rsa.RSAPrivateKey)
    numbers = marked_key.private_key.private_numbers()

    assert watermark._is_sound_pair(numbers.p, numbers.q, watermark.KEY_BITS)
    assert not watermark._is_sound_pair(numbers.p, numbers.p, watermark.KEY_BITS)
    assert not watermark._is_sound_pair(numbers.p, numbers.q << 1, watermark.KEY_BITS)
    assert not watermark._is_sound_pair(numbers.p, numbers.q + (1 << 1000), watermark.KEY_BITS)
