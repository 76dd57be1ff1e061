# DEV-ONLY: never ship to production.
"""The parameters of a request: decoded `name=value` pairs.

Spec: RFC 6749 §3.1 and §3.2
"""

from collections.abc import Iterable
from typing import Final

from token_issuer.oauth.errors import ErrorCode, OAuthError

MAX_PARAMETERS: Final = 100
MAX_VALUE_CHARACTERS: Final = 4096
MAX_TOKEN_CHARACTERS: Final = 16 * 1024
"""The longest value that is a token or a sealed value, as in `jwt_core`."""

_TOKENS: Final = frozenset({
    "assertion", "code", "id_token_hint", "interaction", "refresh_token", "subject_token", "token",
})  # fmt: skip


class Parameters:
    """The parameters of a request. One without a value is treated as absent."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Read the parameters.

        Raises:
            OAuthError: there are too many, or a value is too long.
        """
        self._values: dict[str, list[str]] = {}
        for number, (name, value) in enumerate(pairs, 1):
            if number > MAX_PARAMETERS:
                message = f"expected at most {MAX_PARAMETERS} parameters"
                raise OAuthError(ErrorCode.INVALID_REQUEST, message)
            limit = MAX_TOKEN_CHARACTERS if name in _TOKENS else MAX_VALUE_CHARACTERS
            if len(value) > limit:
                message = f"{name[:80]}: expected at most {limit} characters"
                raise OAuthError(ErrorCode.INVALID_REQUEST, message, name[:80])
            if value:
                self._values.setdefault(name, []).append(value)

    def get(self, name: str) -> str | None:
        """Return the value of *name*; None if it is absent.

        Raises:
            OAuthError: the parameter is repeated.
        """
        values = self._values.get(name)
        if values is None:
            return None
        if len(values) > 1:
            message = f"{name}: given {len(values)} times; send it once"
            raise OAuthError(ErrorCode.INVALID_REQUEST, message, name)
        return values[0]

    def require(self, name: str) -> str:
        """Return the value of *name*.

        Raises:
            OAuthError: the parameter is absent or repeated.
        """
        value = self.get(name)
        if value is None:
            message = f"{name}: missing; send it"
            raise OAuthError(ErrorCode.INVALID_REQUEST, message, name)
        return value

    def reject_repeated(self) -> None:
        """Reject a request that repeats a parameter.

        Only `resource` may be repeated (RFC 8707 §2).

        Raises:
            OAuthError: a parameter is repeated.
        """
        for name in self._values:
            if name != "resource":
                self.get(name)
