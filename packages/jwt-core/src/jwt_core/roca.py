"""Detection of RSA moduli whose private keys can be computed (ROCA).

The key generator of Infineon's RSALib chose each prime as `k·M + (65537^a mod M)`, where M is the
product of at least the first 39 primes. Every modulus is therefore a power of 65537 modulo M, and
can be factored. About one in 2^154 other moduli has the same property.

Spec: CVE-2017-15361; Nemec et al., "The Return of Coppersmith's Attack", ACM CCS 2017
"""

from functools import cache
from math import gcd
from typing import Final

_GENERATOR: Final = 65537
_PRIMES: Final = (
    *(2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71),
    *(73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167),
)


def has_roca_fingerprint(modulus: int) -> bool:
    """Return whether *modulus* is a power of 65537 modulo the product of the first 39 primes."""
    found: list[tuple[int, int]] = []
    for prime in _PRIMES:
        logarithms = _compute_logarithms(prime)
        exponent = logarithms.get(modulus % prime)
        if exponent is None:
            return False
        order = len(logarithms)
        # One exponent must satisfy all congruences (generalized Chinese remainder theorem).
        if any((exponent - other) % gcd(order, size) for other, size in found):
            return False
        found.append((exponent, order))
    return True


@cache
def _compute_logarithms(prime: int) -> dict[int, int]:
    """Return the discrete logarithm to the base 65537 of each power of 65537 modulo *prime*."""
    logarithms: dict[int, int] = {}
    power = 1
    while power not in logarithms:
        logarithms[power] = len(logarithms)
        power = power * _GENERATOR % prime
    return logarithms
