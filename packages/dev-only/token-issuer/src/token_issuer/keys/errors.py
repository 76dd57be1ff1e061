# DEV-ONLY: never ship to production.
"""Errors of the key ring."""

from collections.abc import Sequence

from token_issuer.errors import InvalidInputError, TokenIssuerError, describe_unknown_name


class NoSuchKeyError(TokenIssuerError):
    """No key of the key ring has this `kid`."""

    code = "no_such_key"
    exit_code = 2

    def __init__(self, kid: str, known: Sequence[str]) -> None:
        problem = describe_unknown_name("key", kid, known)
        super().__init__(f"kid: {problem}; known keys: {', '.join(known)}")


class KeyInUseError(TokenIssuerError):
    """The active signing key cannot be removed."""

    code = "key_in_use"

    def __init__(self, kid: str) -> None:
        super().__init__(
            f"kid: '{kid}' is the active signing key; rotate first (mode emergency also removes "
            "it at once)"
        )


class DerivedKeysError(TokenIssuerError):
    """Keys that are derived from a seed rotate by the clock, not on demand."""

    code = "derived_keys"

    def __init__(self) -> None:
        super().__init__(
            "the keys are derived from TOKEN_ISSUER_KEY_SEED, so they rotate by the clock alone; "
            "set TOKEN_ISSUER_ROTATION, or unset TOKEN_ISSUER_KEY_SEED to change them on demand"
        )


class UnavailableAlgorithmError(InvalidInputError):
    """Keys are derived from a seed, but not for this algorithm."""

    code = "unavailable_algorithm"

    def __init__(self, algorithm: str) -> None:
        super().__init__(
            f"alg: no key for {algorithm} is derived from TOKEN_ISSUER_KEY_SEED; add {algorithm} "
            "to TOKEN_ISSUER_ALGORITHMS, in all replicas",
            "alg",
        )
