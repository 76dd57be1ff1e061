"""Errors of the settings, and errors of a request with their responses (RFC 9457)."""

from typing import ClassVar, Final

import msgspec

MAX_DESCRIPTION_CHARACTERS: Final = 300
"""Longest `error_description` of a challenge; clients limit the size of a header field."""


class SettingsError(Exception):
    """Settings are missing or invalid.

    Attributes:
        problems: One sentence for each mistake; each names its variable and the remedy.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ProxyError(Exception):
    """A request that the proxy rejects or cannot forward.

    Attributes:
        status: The HTTP status code.
        title: The problem in a few words, the same for each occurrence (RFC 9457 §3.1.3).
        detail: What was wrong with this request, without a token or a key.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def headers(self) -> dict[str, str]:
        """Response header fields of this error."""
        return {}

    def encode_problem(self) -> bytes:
        """Encode the error as `application/problem+json`.

        Spec: RFC 9457 §3
        """
        problem = {"title": self.title, "status": self.status, "detail": self.detail}
        return msgspec.json.encode(problem)


class InvalidRequestError(ProxyError):
    """The request cannot be forwarded safely, such as one with two `Authorization` headers."""

    status = 400
    title = "Bad request"

    @property
    def headers(self) -> dict[str, str]:
        """A challenge with `invalid_request` (RFC 6750 §3.1)."""
        return {"WWW-Authenticate": _challenge("invalid_request", self.detail)}


class MissingTokenError(ProxyError):
    """The request has no bearer token."""

    status = 401
    title = "Authentication required"

    @property
    def headers(self) -> dict[str, str]:
        """A challenge without an error, because no credentials were sent (RFC 6750 §3.1)."""
        return {"WWW-Authenticate": 'Bearer realm="reference-proxy"'}


class InvalidTokenError(ProxyError):
    """The token is rejected."""

    status = 401
    title = "Token rejected"

    @property
    def headers(self) -> dict[str, str]:
        """A challenge with `invalid_token` (RFC 6750 §3.1)."""
        return {"WWW-Authenticate": _challenge("invalid_token", self.detail)}


class UpgradeUnsupportedError(ProxyError):
    """The request opens a WebSocket, which this proxy does not forward."""

    status = 501
    title = "Not implemented"


class UpstreamError(ProxyError):
    """The upstream cannot be reached, or its response is not valid HTTP."""

    status = 502
    title = "Bad gateway"


class KeysUnavailableError(ProxyError):
    """There is no usable key set, so no token can be verified."""

    status = 503
    title = "Verification keys unavailable"

    @property
    def headers(self) -> dict[str, str]:
        """The pause before the next request, in seconds (RFC 9110 §10.2.3)."""
        return {"Retry-After": "5"}


class UpstreamTimeoutError(ProxyError):
    """The upstream exceeded its time limit."""

    status = 504
    title = "Gateway timeout"


def _challenge(error: str, description: str) -> str:
    # RFC 6750 §3 allows only these characters in error_description: no quote, no backslash, ASCII.
    safe = "".join(c if 0x20 <= ord(c) <= 0x7E and c not in '"\\' else "'" for c in description)  # noqa: PLR2004
    shortened = safe[:MAX_DESCRIPTION_CHARACTERS]
    return f'Bearer realm="reference-proxy", error="{error}", error_description="{shortened}"'
