"""Errors: one base class, with stable codes and typed attributes.

Messages never quote a key or a token, so they can be logged. The message of a `VerificationError`
can also be sent to the client. The `kid` of an untrusted token is an attribute of
`UnknownKeyError`.

A mistake in the calling program is not a `JwtError`: an argument of the wrong type raises
`TypeError`, and a value that is never valid raises `ValueError`.
"""

from typing import Any, ClassVar


class JwtError(Exception):
    """Base class of the errors about keys, key sets and tokens."""

    code: ClassVar[str] = "jwt"
    """Stable snake_case identifier for logs, metrics and API responses."""

    def __reduce__(self) -> tuple[Any, ...]:
        # By default, unpickling passes the message to `__init__`, which has other parameters.
        return _rebuild, (type(self), *self.args), self.__dict__


class KeyFormatError(JwtError):
    """A key is unreadable, unsupported, too weak, or private where a public key is expected."""

    code = "invalid_key"


class KeySetFormatError(JwtError):
    """A JWK Set is malformed, contains a secret, or contains no usable key."""

    code = "invalid_key_set"


class KeySetUnavailableError(JwtError):
    """No valid key set could be fetched, and the last valid one, if any, is too old.

    Attributes:
        jwks_uri: The URI of the key set.
        reason: Why the last fetch failed.
    """

    code = "key_set_unavailable"

    def __init__(self, jwks_uri: str, reason: str) -> None:
        super().__init__(f"no usable key set from {jwks_uri}: {reason}")
        self.jwks_uri = jwks_uri
        self.reason = reason


class SigningError(JwtError):
    """The claims or header parameters cannot be encoded as a token."""

    code = "signing"


class VerificationError(JwtError):
    """Base class of the errors that reject a token."""

    code = "verification"


class MalformedTokenError(VerificationError):
    """The text is not a JWT in compact serialization, or uses an unsupported feature."""

    code = "malformed_token"


class AlgorithmNotAllowedError(VerificationError):
    """The token's `alg` is not one of the policy's algorithms."""

    code = "algorithm_not_allowed"


class UnknownKeyError(VerificationError):
    """No key of the set matches the token's `kid` and `alg`.

    Attributes:
        kid: The `kid` in the token's unverified header.
    """

    code = "unknown_key"

    def __init__(self, kid: str | None) -> None:
        message = (
            "no key of the key set has the token's 'kid' and 'alg'"
            if kid is not None
            else "the token has no 'kid', and its 'alg' does not match exactly one key of the set"
        )
        super().__init__(f"{message}; check that the key set is that of the token's issuer")
        self.kid = kid


class InvalidSignatureError(VerificationError):
    """The signature does not verify with any key of the `kid`."""

    code = "invalid_signature"


class TokenExpiredError(VerificationError):
    """The current time is at or after `exp`."""

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


def _rebuild(error_type: type[JwtError], *args: object) -> JwtError:
    return error_type.__new__(error_type, *args)
