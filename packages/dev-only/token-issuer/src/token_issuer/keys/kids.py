# DEV-ONLY: never ship to production.
"""How keys are named.

Names made from the key itself need no memory: a directory that holds `private.pem` alone gives its
key the same name at each start.
"""

from typing import Final
from hashlib import sha256

from jwt_core import compute_thumbprint
from jwt_core.keys import PublicKey
from proxy_guard.dev_marks import DEFAULT_KID

from token_issuer.config.choices import KidStyle

_HEX_DIGITS: Final = 40  # as many as the names of Google's keys have


def name_key(style: KidStyle, public_key: PublicKey, number: int) -> str:
    """Return the name of the *number*-th key of a ring, counted from 1."""
    match style:
        case KidStyle.DEV_KEY:
            return DEFAULT_KID if number == 1 else f"{DEFAULT_KID}-{number}"
        case KidStyle.THUMBPRINT:
            return compute_thumbprint(public_key)
        case KidStyle.HEX:
            return sha256(compute_thumbprint(public_key).encode()).hexdigest()[:_HEX_DIGITS]
