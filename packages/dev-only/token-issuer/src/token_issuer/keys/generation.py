# DEV-ONLY: never ship to production.
"""Fresh keys: RSA ones with the watermark.

An elliptic curve key has no freely chosen part that a watermark could go into: it is recognised by
its name, by the documents that publish it and by the subject of its certificate alone.
"""

from dataclasses import replace

from jwt_core import Algorithm, SigningKey, generate_key

from token_issuer.keys.watermark import generate_marked_key


def generate_dev_key(algorithm: Algorithm) -> SigningKey:
    """Make a key for *algorithm*; its name is provisional, the ring gives the real one."""
    match algorithm:
        case Algorithm.RS256:
            return generate_marked_key()
        case Algorithm.PS256:
            return replace(generate_marked_key(), algorithm=algorithm)
        case Algorithm.ES256 | Algorithm.EDDSA:
            return generate_key(algorithm)
