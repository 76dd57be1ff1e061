# DEV-ONLY: never ship to production.
"""Throw-away keys, which are not in the ring and which faults publish. All have the dev watermark.

Each key is generated on first use and kept until the process ends, so that signing and publishing
use the same key.
"""

import threading
from functools import cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from token_issuer.keys.watermark import KEY_BITS, generate_marked_private_key

WEAK_KID: Final = "weak-key"
ENCRYPTION_KID: Final = "enc-key"
EXPOSED_KID: Final = "private-members"

_WEAK_BITS: Final = 1024
_lock = threading.Lock()


def get_weak_key() -> RSAPrivateKey:
    """Return the 1024-bit RSA key; RFC 7518 §3.3 requires at least 2048 bits."""
    return _get_key(_WEAK_BITS)


def get_throwaway_key() -> RSAPrivateKey:
    """Return the 2048-bit RSA key whose private part faults may publish.

    The issuer signs no token with it.
    """
    return _get_key(KEY_BITS)


def _get_key(bits: int) -> RSAPrivateKey:
    with _lock:
        return _generate_key(bits)


@cache
def _generate_key(bits: int) -> RSAPrivateKey:
    return generate_marked_private_key(bits)
