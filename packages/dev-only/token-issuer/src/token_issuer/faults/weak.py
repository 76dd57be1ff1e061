# DEV-ONLY: never ship to production.
"""The weak key: published beside good ones, and what tokens that lack only key length bear."""

import threading
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from token_issuer.watermark import generate_marked_private_key

WEAK_KID = "weak-key"
"""The name under which it is published."""
_BITS = 1024
_lock = threading.Lock()  # who signs and who publishes must not each make one


def get_weak_key() -> RSAPrivateKey:
    """Return the RSA key of 1024 bits, made when first asked for; it bears the watermark.

    RFC 7518 §3.3 wants at least 2048.
    """
    with _lock:
        return _generate()


@cache
def _generate() -> RSAPrivateKey:
    return generate_marked_private_key(_BITS)
