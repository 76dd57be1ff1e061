# DEV-ONLY: never ship to production.
"""The place of the token in a request: a header field or a cookie."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from token_issuer.errors import TokenIssuerError

_PREFIX: Final = "Bearer "
_COOKIE_VALUE: Final = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")
"""RFC 6265 §4.1.1, `cookie-octet`."""
_FIELD_END: Final = re.compile(r"[\r\n\0]")


class UnsendableError(TokenIssuerError):
    """The header field or cookie of this target cannot carry these credentials."""

    code = "unsendable"


@dataclass(frozen=True, slots=True)
class Presentation:
    """Where the target expects its token.

    Attributes:
        header: The name of the header field.
        has_scheme: Whether `Bearer ` precedes the token.
        cookie: The name of the cookie; empty if the header field carries the token.
    """

    header: str = "Authorization"
    has_scheme: bool = True
    cookie: str = ""

    def build_fields(self, authorization: Sequence[str]) -> list[bytes]:
        """Return the header lines that carry the given values of `Authorization`, byte for byte.

        Raises:
            UnsendableError: the header field or the cookie cannot carry these values.
        """
        if any(_FIELD_END.search(value) for value in authorization):
            message = "the value contains a line break or NUL, which would end the header field"
            raise UnsendableError(message)
        if self.cookie:
            return [self._build_cookie(authorization)] if authorization else []
        values = authorization if self.has_scheme else [_strip_scheme(v) for v in authorization]
        return [f"{self.header}: {value}".encode("utf-8", "surrogatepass") for value in values]

    def _build_cookie(self, authorization: Sequence[str]) -> bytes:
        if len(authorization) > 1:
            message = "a cookie can carry only one token"
            raise UnsendableError(message)
        value = _strip_scheme(authorization[0])
        if not _COOKIE_VALUE.fullmatch(value):
            message = "the token contains characters that a cookie cannot contain"
            raise UnsendableError(message)
        return f"Cookie: {self.cookie}={value}".encode()


def _strip_scheme(value: str) -> str:
    if not value.startswith(_PREFIX):
        message = "the defect is in the scheme before the token, and this target expects no scheme"
        raise UnsendableError(message)
    return value.removeprefix(_PREFIX)
