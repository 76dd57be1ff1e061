# DEV-ONLY: never ship to production.
"""Derivation 1 of private keys from a seed, with the standard library alone.

python3 derive_key.py SEED [ISSUER [ALGORITHM [EPOCH]]]
"""

import hmac
import io
import math
from collections.abc import Callable
from itertools import count

SALT = b"token-issuer dev-only keys, derivation 1"
WATERMARK = 0xCC3115CCE34B6334CE284373212494111CCD393CCF44E0F3  # base64url zDEVzONLYzTOKEN...
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SMALL_PRIMES = math.prod(n for n in range(3, 2000, 2) if all(n % d for d in range(3, n, 2)))


def derive(seed: str, issuer: str = "", algorithm: str = "RS256", epoch: int = 0) -> list[int]:
    """Return both primes of an RSA key, or the private number of an elliptic curve key."""
    for attempt in count():
        stream = io.BytesIO(expand(seed, f"{issuer}/{algorithm}/{epoch}/{attempt}"))

        def draw(limit: int, stream: io.BytesIO = stream) -> int:
            length = ((limit - 1).bit_length() + 128 + 7) // 8
            return int.from_bytes(stream.read(length), "big") % limit

        if algorithm == "ES256":
            return [draw(P256_ORDER - 1) + 1]
        if algorithm == "EdDSA":
            return [int.from_bytes(stream.read(32), "big")]
        if primes := search_primes(draw):
            return primes
    raise AssertionError


def expand(seed: str, info: str) -> bytes:
    """Return 512 bytes of HKDF with SHA-256 (RFC 5869)."""
    key = hmac.digest(SALT, seed.encode(), "sha256")
    output = block = b""
    for number in range(1, 17):
        block = hmac.digest(key, block + info.encode() + bytes([number]), "sha256")
        output += block
    return output


def search_primes(draw: Callable[[int], int]) -> list[int]:
    """Return the primes of an RSA key of 2048 bits with the watermark; none if they are unsound."""
    modulus = (WATERMARK << 1856) + draw(1 << 1856)
    smallest = (modulus >> 1024) + 1
    p = find_next_prime(smallest + draw((1 << 1024) - smallest))
    q = find_next_prime(modulus // p)
    is_sound = (
        q.bit_length() == 1024
        and abs(p - q) > 1 << 924
        and math.gcd((p - 1) * (q - 1), 65537) == 1
        and p * q >> 1856 == WATERMARK
    )
    return [p, q] if is_sound else []


def find_next_prime(number: int) -> int:
    """Return the first prime from *number* on that is 3 modulo 4."""
    number |= 3
    while not is_prime(number):
        number += 4
    return number


def is_prime(number: int) -> bool:
    """Test a number that is 3 modulo 4 by Miller-Rabin."""
    if math.gcd(number, SMALL_PRIMES) != 1:
        return False
    return all(
        pow(base, (number - 1) // 2, number) in {1, number - 1} for base in (2, 3, 5, 7, 11, 13)
    )
