"""Checks of the points that encode Ed25519 public keys, which cryptography loads unchecked.

Spec: RFC 8032 §5.1.3 (decoding), §5.1.7; RFC 7748 §4.1 (the curve)
"""

from typing import Final

from jwt_core.errors import KeyFormatError

_PRIME: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _PRIME) % _PRIME
_SIGN_BIT: Final = 1 << 255
_ORDER_8_Y: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER_YS: Final = frozenset({0, 1, _PRIME - 1, _ORDER_8_Y, _PRIME - _ORDER_8_Y})
"""The y coordinates of the eight points whose order divides 8; no other point has one of them."""


def check_ed25519_point(encoded: bytes) -> None:
    """Check that 32 bytes encode a point of the curve, canonically, that is not of small order.

    If the public key is a point of small order, anyone can make a signature that verifies many
    messages.

    Raises:
        KeyFormatError: The point is of small order or not on the curve, or its encoding is not
            canonical.
    """
    y = int.from_bytes(encoded, "little") & ~_SIGN_BIT
    if y % _PRIME in _SMALL_ORDER_YS:
        message = (
            "the Ed25519 key is a point of small order, for which anyone can make signatures; "
            "use a generated key"
        )
        raise KeyFormatError(message)
    if y >= _PRIME:
        message = "the Ed25519 key is not encoded canonically (RFC 8032 §5.1.3); export it again"
        raise KeyFormatError(message)
    # x² = (y² - 1) / (d·y² + 1); the quotient is a square if and only if the product is (Euler).
    product = (y * y - 1) * (_D * y * y + 1) % _PRIME
    if pow(product, (_PRIME - 1) // 2, _PRIME) != 1:
        message = "the Ed25519 key is not a point of the curve (RFC 8032 §5.1.3); export it again"
        raise KeyFormatError(message)
