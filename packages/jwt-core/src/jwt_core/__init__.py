"""Sign, publish and verify JSON Web Tokens.

The client for remote key sets is `jwt_core.remote.RemoteKeySet`; it needs the extra
`jwt-core[remote]`.
"""

from jwt_core.algorithms import Algorithm
from jwt_core.errors import (
    AlgorithmNotAllowedError,
    InvalidClaimError,
    InvalidSignatureError,
    JwtError,
    KeyFormatError,
    KeySetFormatError,
    KeySetUnavailableError,
    MalformedTokenError,
    MissingClaimError,
    SigningError,
    TokenExpiredError,
    TokenNotYetValidError,
    UnknownKeyError,
    VerificationError,
)
from jwt_core.generation import generate_key
from jwt_core.jwk import decode_jwk, encode_jwk
from jwt_core.jwks import KeySet
from jwt_core.keys import (
    PrivateKey,
    PublicKey,
    SigningKey,
    VerificationKey,
)
from jwt_core.pem import (
    decode_private_pem,
    decode_public_key,
    encode_private_pem,
    encode_public_pem,
)
from jwt_core.signing import sign
from jwt_core.thumbprint import compute_thumbprint
from jwt_core.verification import (
    VerificationPolicy,
    VerifiedClaims,
    VerifiedToken,
    verify,
)

__all__ = [
    "Algorithm",
    "AlgorithmNotAllowedError",
    "InvalidClaimError",
    "InvalidSignatureError",
    "JwtError",
    "KeyFormatError",
    "KeySet",
    "KeySetFormatError",
    "KeySetUnavailableError",
    "MalformedTokenError",
    "MissingClaimError",
    "PrivateKey",
    "PublicKey",
    "SigningError",
    "SigningKey",
    "TokenExpiredError",
    "TokenNotYetValidError",
    "UnknownKeyError",
    "VerificationError",
    "VerificationKey",
    "VerificationPolicy",
    "VerifiedClaims",
    "VerifiedToken",
    "compute_thumbprint",
    "decode_jwk",
    "decode_private_pem",
    "decode_public_key",
    "encode_jwk",
    "encode_private_pem",
    "encode_public_pem",
    "generate_key",
    "sign",
    "verify",
]
