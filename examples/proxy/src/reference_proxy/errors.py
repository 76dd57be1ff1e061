"""Errors of the proxy; each has an HTTP status and a problem details body (RFC 9457)."""

from typing import ClassVar

import msgspec


class SettingsError(Exception):
    """The environment does not describe a working proxy.

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
        detail: What was wrong with this request; never a token, never key material.
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
    """The request is ambiguous: two credentials, or a path that would leave the upstream's root."""

    status = 400
    title = "Bad request"

    @property
    def headers(self) -> dict[str, str]:
        """A challenge that says `invalid_request` (RFC 6750 §3.1)."""
        return {"WWW-Authenticate": _challenge("invalid_request", self.detail)}


class MissingTokenError(ProxyError):
    """No bearer token came with the request."""

    status = 401
    title = "Authentication required"

    @property
    def headers(self) -> dict[str, str]:
        """A bare challenge: without credentials there is nothing to report (RFC 6750 §3.1)."""
        return {"WWW-Authenticate": 'Bearer realm="reference-proxy"'}


class InvalidTokenError(ProxyError):
    """The token is not accepted."""

    status = 401
    title = "Token refused"

    @property
    def headers(self) -> dict[str, str]:
        """A challenge that says `invalid_token` (RFC 6750 §3.1)."""
        return {"WWW-Authenticate": _challenge("invalid_token", self.detail)}


class UpstreamError(ProxyError):
    """The upstream cannot be reached, or its response is not valid HTTP."""

    status = 502
    title = "Bad gateway"


class KeysUnavailableError(ProxyError):
    """No key set could be fetched, so no token can be verified."""

    status = 503
    title = "Verification keys unavailable"

    @property
    def headers(self) -> dict[str, str]:
        """When to try again, in seconds (RFC 9110 §10.2.3)."""
        return {"Retry-After": "5"}


class UpstreamTimeoutError(ProxyError):
    """The upstream took too long."""

    status = 504
    title = "Gateway timeout"


def _challenge(error: str, description: str) -> str:
    # RFC 6750 §3 allows only these characters in error_description: no quote, no backslash, ASCII.
    safe = "".join(c if 0x20 <= ord(c) <= 0x7E and c not in '"\\' else "'" for c in description)  # noqa: PLR2004
    return f'Bearer realm="reference-proxy", error="{error}", error_description="{safe}"'
