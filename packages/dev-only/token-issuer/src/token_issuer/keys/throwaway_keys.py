# DEV-ONLY: never ship to production.
"""Keys that no ring holds: what faults publish beside the good ones. All bear the watermark.

Each is made when it is first asked for, once in a process: who signs and who publishes must not
each have one of their own.
"""

from typing import Final
import threading
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from token_issuer.keys.watermark import KEY_BITS, generate_marked_private_key

WEAK_KID: Final = "weak-key"
ENCRYPTION_KID: Final = "enc-key"
EXPOSED_KID: Final = "private-members"

_WEAK_BITS: Final = 1024
_lock = threading.Lock()


def get_weak_key() -> RSAPrivateKey:
    """Return the RSA key of 1024 bits; RFC 7518 §3.3 wants at least 2048."""
    return _provide_key(_WEAK_BITS)


def get_throwaway_key() -> RSAPrivateKey:
    """Return the key that signs no token: where private parts are published, they are its own."""
    return _provide_key(KEY_BITS)


def _provide_key(bits: int) -> RSAPrivateKey:
    with _lock:
        return _generate_key(bits)


@cache
def _generate_key(bits: int) -> RSAPrivateKey:
    return generate_marked_private_key(bits)
