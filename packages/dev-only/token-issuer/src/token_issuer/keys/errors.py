# DEV-ONLY: never ship to production.
"""What the key ring refuses."""

from token_issuer.errors import TokenIssuerError


class NoSuchKeyError(TokenIssuerError):
    """No key of the ring has this name."""

    code = "no_such_key"

    def __init__(self, kid: str, known: str) -> None:
        super().__init__(f"kid: no key is named '{kid[:80]}'; known keys: {known}")


class KeyInUseError(TokenIssuerError):
    """The key signs, so it cannot be removed."""

    code = "key_in_use"

    def __init__(self, kid: str) -> None:
        super().__init__(
            f"kid: '{kid}' is the key that signs; rotate first: with mode emergency it is removed "
            "at once"
        )
