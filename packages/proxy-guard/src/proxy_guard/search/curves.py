"""The NIST curves P-256, P-384 and P-521: y² = x³ - 3x + b modulo p (NIST SP 800-186 §3.2.1)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

CURVES: Final = {
    # By the size of a coordinate: the name, the prime p and the coefficient b. The primes are 3
    # modulo 4, so a square root is a single power.
    32: (
        "P-256",
        2**256 - 2**224 + 2**192 + 2**96 - 1,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    ),
    48: (
        "P-384",
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    ),
    66: (
        "P-521",
        2**521 - 1,
        0x0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00,
    ),
}
DECOMPRESSION_WORK: Final = {32: 100, 48: 250, 66: 600}
"""What `decompress` charges for a coordinate of each size, in units of the budget."""


def decompress(x: bytes, *, is_odd: bool) -> bytes:
    """Return y. If x is not on the curve, the result is a number that belongs to no key."""
    _, prime, b = CURVES[len(x)]
    number = int.from_bytes(x, "big") % prime
    root = pow(number**3 - 3 * number + b, (prime + 1) // 4, prime)
    return (root if root % 2 == is_odd else prime - root).to_bytes(len(x), "big")


def negate(y: bytes) -> bytes:
    """Return p - y. The private keys of a point and its negative follow from each other."""
    _, prime, _ = CURVES[len(y)]
    return (-int.from_bytes(y, "big") % prime).to_bytes(len(y), "big")


def is_on_curve(x: bytes, y: bytes) -> bool:
    """Return whether the coordinates, which have the same size, belong to a point."""
    _, prime, b = CURVES[len(x)]
    left, right = (int.from_bytes(number, "big") for number in (x, y))
    return (right * right - left**3 + 3 * left - b) % prime == 0
