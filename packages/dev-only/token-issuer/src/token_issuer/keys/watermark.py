# DEV-ONLY: never ship to production.
"""The dev watermark: generation and recognition of RSA keys whose modulus begins with it.

An RSA modulus may have a chosen leading part without loss of strength (A. Lenstra, "Generating RSA
Moduli with a Predetermined Portion", Asiacrypt 1998): p is a random prime, and q is the next prime
after the quotient that makes p·q begin with the chosen bits.

No part of an elliptic curve key can be chosen. Such keys are recognised only by their `kid`, by the
mark in the key documents and by the subject of their certificate.
"""

import math
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from proxy_guard.dev_marks import DEFAULT_KID, WATERMARK

if TYPE_CHECKING:
    from jwt_core import Algorithm, SigningKey

KEY_BITS: Final = 2048
_PUBLIC_EXPONENT: Final = 65537
# FIPS 186-5 §A.1.3 requires |p - q| > 2^(nlen/2 - 100), against Fermat factorization.
_DISTANCE_BITS: Final = 100
# FIPS 186-5 table B.1 requires this number of rounds for primes of this size.
_MILLER_RABIN_ROUNDS: Final = 5
_SIEVE_LENGTH: Final = 4096  # every fourth number; one in about 355 of them is a prime of 1024 bits


def _sieve_small_primes(limit: int) -> list[int]:
    is_candidate = bytearray([1]) * limit
    is_candidate[:2] = b"\0\0"
    for number in range(2, math.isqrt(limit) + 1):
        if is_candidate[number]:
            is_candidate[number * number :: number] = bytes(len(range(number**2, limit, number)))
    return [number for number in range(limit) if is_candidate[number]]


_SMALL_ODD_PRIMES: Final = _sieve_small_primes(32768)[1:]


def generate_dev_key(algorithm: "Algorithm") -> "SigningKey":
    """Generate a signing key for *algorithm*; RSA keys get the watermark.

    The key ring replaces the `kid` of the key.
    """
    from jwt_core import Algorithm, generate_key  # noqa: PLC0415  # see generate_marked_key

    match algorithm:
        case Algorithm.RS256:
            return generate_marked_key()
        case Algorithm.PS256:
            return replace(generate_marked_key(), algorithm=algorithm)
        case _:
            return generate_key(algorithm)


def generate_marked_key(*, kid: str = DEFAULT_KID) -> "SigningKey":
    """Generate a 2048-bit RSA signing key with the watermark."""
    # Imported here, because the first key is generated while another thread imports jwt_core.
    from jwt_core import Algorithm, SigningKey  # noqa: PLC0415

    return SigningKey(generate_marked_private_key(), Algorithm.RS256, kid)


def generate_marked_private_key(bits: int = KEY_BITS) -> rsa.RSAPrivateKey:
    """Generate an RSA key of *bits* bits with the watermark."""
    while True:
        if (key := search_marked_private_key(secrets.randbelow, bits)) is not None:
            return key


def search_marked_private_key(
    draw: Callable[[int], int], bits: int = KEY_BITS
) -> rsa.RSAPrivateKey | None:
    """Return an RSA key with the watermark, determined by two drawn numbers.

    Equal numbers give equal keys: each prime is the next one after a number that they determine.

    Args:
        draw: Returns a number from zero up to, but not including, its argument.
        bits: The size of the modulus.

    Returns:
        The key; None if these numbers give no sound key, and new ones have to be drawn.
    """
    modulus = _choose_marked_modulus(draw, bits)
    p = _find_next_prime(_choose_large_factor(draw, modulus, bits))
    q = _find_next_prime(modulus // p)
    return _build_private_key(p, q) if _is_sound_pair(p, q, bits) else None


def has_watermark(public_key: object) -> bool:
    """Tell whether *public_key* is an RSA key whose modulus begins with the watermark."""
    if not isinstance(public_key, rsa.RSAPublicKey):
        return False
    modulus = public_key.public_numbers().n
    length = (modulus.bit_length() + 7) // 8
    return modulus.to_bytes(length, "big").startswith(WATERMARK)


def _choose_marked_modulus(draw: Callable[[int], int], bits: int) -> int:
    free_bits = bits - 8 * len(WATERMARK)
    return int.from_bytes(WATERMARK, "big") << free_bits | draw(1 << free_bits)


def _choose_large_factor(draw: Callable[[int], int], modulus: int, bits: int) -> int:
    """Draw a number of half the bits, large enough that the quotient has no more bits than that."""
    smallest = (modulus >> bits // 2) + 1
    return smallest + draw((1 << bits // 2) - smallest)


def _is_sound_pair(p: int, q: int, bits: int) -> bool:
    """Return whether *p* and *q* satisfy FIPS 186-5 and *p* · *q* starts with the watermark."""
    return (
        q.bit_length() == bits // 2
        and abs(p - q) > 1 << (bits // 2 - _DISTANCE_BITS)
        and math.gcd((p - 1) * (q - 1), _PUBLIC_EXPONENT) == 1
        and (p * q).to_bytes(bits // 8, "big").startswith(WATERMARK)
    )


def _build_private_key(p: int, q: int) -> rsa.RSAPrivateKey:
    d = rsa.rsa_recover_private_exponent(_PUBLIC_EXPONENT, p, q)
    return rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(_PUBLIC_EXPONENT, p * q),
        # OpenSSL's check would test both primes again.
    ).private_key(unsafe_skip_rsa_key_validation=True)


def _find_next_prime(start: int) -> int:
    """Return the first prime that is at least *start* and 3 modulo 4."""
    start |= 3
    while True:
        survivors = bytearray([1]) * _SIEVE_LENGTH
        for prime in _SMALL_ODD_PRIMES:
            first = -start * pow(4, -1, prime) % prime  # start + 4i = 0 (mod prime)
            survivors[first::prime] = bytes(len(range(first, _SIEVE_LENGTH, prime)))
        for index, is_candidate in enumerate(survivors):
            if is_candidate and _is_probable_prime(start + 4 * index):
                return start + 4 * index
        start += 4 * _SIEVE_LENGTH


def _is_probable_prime(n: int) -> bool:
    """Test *n*, which is 3 modulo 4, by Miller-Rabin with random bases."""
    return all(_passes_miller_rabin(n) for _ in range(_MILLER_RABIN_ROUNDS))


def _passes_miller_rabin(n: int) -> bool:
    """Raise a random base to (n - 1) / 2, which is odd: for a prime, the result is 1 or -1.

    RSA encryption raises a randomly padded number to an odd power, and OpenSSL does so faster than
    Python.
    """
    power = rsa.RSAPublicNumbers((n - 1) // 2, n).public_key().encrypt(b"", PKCS1v15())
    return int.from_bytes(power, "big") in {1, n - 1}
