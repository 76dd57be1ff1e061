"""The errors of this package: one base class, stable codes, typed attributes.

Messages say what is wrong and what to do about it. They never quote a key or a token; what a caller
may want to log of an untrusted token (its `kid`) is an attribute.
"""

from pathlib import Path
from typing import ClassVar


class JwtError(Exception):
    """Base of every error that this package raises on purpose."""

    code: ClassVar[str] = "jwt"
    """Stable snake_case identifier for logs, metrics and API answers."""


class KeyFormatError(JwtError):
    """A key is unreadable, of an unsupported kind, too weak, or private where it must not be."""

    code = "invalid_key"


class KeyFileError(JwtError):
    """A key file cannot be written.

    Attributes:
        path: The file in question.
    """

    code = "key_file"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


class KeySetFormatError(JwtError):
    """A JWK Set document is malformed, ambiguous, publishes secrets, or holds no usable key."""

    code = "invalid_key_set"


class KeySetUnavailableError(JwtError):
    """No usable key set could be fetched, or the last good one is too old to be trusted.

    Attributes:
        jwks_uri: Where the key set should have come from.
        reason: What went wrong at the last attempt.
    """

    code = "key_set_unavailable"

    def __init__(self, jwks_uri: str, reason: str) -> None:
        super().__init__(f"no usable key set from {jwks_uri}: {reason}")
        self.jwks_uri = jwks_uri
        self.reason = reason


class SigningError(JwtError):
    """The claims or headers cannot be made into a token."""

    code = "signing"


class VerificationError(JwtError):
    """Base of everything that means: this token is refused."""

    code = "verification"


class MalformedTokenError(VerificationError):
    """The text is not a JWT in compact form, or uses a feature that is never accepted."""

    code = "malformed_token"


class AlgorithmNotAllowedError(VerificationError):
    """The token's `alg` is not on the closed list of the policy."""

    code = "algorithm_not_allowed"


class UnknownKeyError(VerificationError):
    """No key of the set fits the token's `kid` and `alg`.

    Attributes:
        kid: The key id that the token asked for, as found in its unverified header.
    """

    code = "unknown_key"

    def __init__(self, kid: str | None) -> None:
        message = (
            "the token names a key that is not in the key set"
            if kid is not None
            else "the token names no key, and not exactly one key of the set has its algorithm"
        )
        super().__init__(f"{message}; check that issuer and key set belong together")
        self.kid = kid


class InvalidSignatureError(VerificationError):
    """The signature was not made over this text by the selected key."""

    code = "invalid_signature"


class TokenExpiredError(VerificationError):
    """The current time is on or after `exp`."""

    code = "token_expired"


class TokenNotYetValidError(VerificationError):
    """The current time is before `nbf` or `iat`."""

    code = "token_not_yet_valid"


class InvalidClaimError(VerificationError):
    """A claim is present but has the wrong type or value.

    Attributes:
        claim: Name of the claim.
        reason: What was expected.
    """

    code = "invalid_claim"

    def __init__(self, claim: str, reason: str) -> None:
        super().__init__(f"claim {claim!r} {reason}")
        self.claim = claim
        self.reason = reason


class MissingClaimError(VerificationError):
    """A required claim is absent.

    Attributes:
        claim: Name of the claim.
    """

    code = "missing_claim"

    def __init__(self, claim: str) -> None:
        super().__init__(f"claim {claim!r} is required but absent")
        self.claim = claim
