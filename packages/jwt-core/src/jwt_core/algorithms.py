"""The supported signature algorithms, and PyJWT's implementation of each.

PyJWT is imported only when a signature is made or verified: it dominates the import time of this
package, and generating or publishing keys does not need it.
"""

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jwt.algorithms import Algorithm as SignatureScheme


class Algorithm(StrEnum):
    """A JWS algorithm with asymmetric keys.

    `none` and the HMAC algorithms are absent by design: no token can request them and no policy can
    allow them.

    Example:
        >>> from jwt_core import Algorithm
        >>> [algorithm.value for algorithm in Algorithm]
        ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']

    `EdDSA` and `Ed25519` name the same signature with an Ed25519 key. A policy accepts only the
    names that it lists.

    Spec: RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2
    """

    RS256 = "RS256"
    PS256 = "PS256"
    ES256 = "ES256"
    EDDSA = "EdDSA"
    ED25519 = "Ed25519"


@cache
def get_scheme(algorithm: Algorithm) -> "SignatureScheme":
    """Return the implementation that signs and verifies with *algorithm*."""
    from jwt import PyJWS  # noqa: PLC0415  # see the module docstring

    # PyJWT has no `Ed25519`. Its `EdDSA` is the same, because our keys for it are Ed25519 keys.
    name = Algorithm.EDDSA if algorithm is Algorithm.ED25519 else algorithm
    return PyJWS(algorithms=[name.value]).get_algorithm_by_name(name.value)
