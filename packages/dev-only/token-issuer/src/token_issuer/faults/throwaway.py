# DEV-ONLY: never ship to production.
"""A key that signs no token: where a fault shows a key that is none of the ring's, it shows this.

Faults that publish private parts publish those of this key, never of one that is trusted.
"""

from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from token_issuer.watermark import generate_marked_private_key


@cache
def get_throwaway_key() -> RSAPrivateKey:
    """Return the key, made when first asked for; it bears the watermark."""
    return generate_marked_private_key()
