"""The closed list of signature algorithms, and PyJWT's implementation of each.

To import PyJWT takes longer than all else here, and who makes or publishes keys does without.
"""

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jwt.algorithms import Algorithm as SignatureScheme


class Algorithm(StrEnum):
    """A JWS algorithm of asymmetric keys.

    `none` and the HMAC family are absent by design: what has no name here can be neither asked for
    by a token nor allowed by a policy.

    Spec: RFC 7518 §3.1, RFC 8037 §3.1
    """

    RS256 = "RS256"
    PS256 = "PS256"
    ES256 = "ES256"
    EDDSA = "EdDSA"


@cache
def get_scheme(algorithm: Algorithm) -> "SignatureScheme":
    """Return the implementation that signs and verifies with *algorithm*."""
    from jwt import PyJWS  # noqa: PLC0415  # see the module

    return PyJWS(algorithms=[algorithm.value]).get_algorithm_by_name(algorithm.value)
