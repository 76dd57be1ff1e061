# DEV-ONLY: never ship to production.
"""Errors of OAuth endpoints: for the client, or on a page that only the user sees."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from token_issuer.errors import InvalidInputError, TokenRequestError


class ErrorCode(StrEnum):
    """The error codes of RFC 6749, 6750, 7009, 8628 and 8693, and OpenID Connect Core."""

    ACCESS_DENIED = "access_denied"
    AUTHORIZATION_PENDING = "authorization_pending"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105  # a code, not a secret
    INSUFFICIENT_SCOPE = "insufficient_scope"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_REQUEST = "invalid_request"
    INVALID_SCOPE = "invalid_scope"
    INVALID_TARGET = "invalid_target"
    INVALID_TOKEN = "invalid_token"  # noqa: S105  # a code, not a secret
    LOGIN_REQUIRED = "login_required"
    REGISTRATION_NOT_SUPPORTED = "registration_not_supported"
    REQUEST_NOT_SUPPORTED = "request_not_supported"
    REQUEST_URI_NOT_SUPPORTED = "request_uri_not_supported"
    SLOW_DOWN = "slow_down"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"


_STATUSES: Final[Mapping[str, HTTPStatus]] = {
    ErrorCode.INVALID_CLIENT: HTTPStatus.UNAUTHORIZED,
    ErrorCode.INVALID_TOKEN: HTTPStatus.UNAUTHORIZED,
    ErrorCode.INSUFFICIENT_SCOPE: HTTPStatus.FORBIDDEN,
    ErrorCode.TEMPORARILY_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    "insufficient_user_authentication": HTTPStatus.UNAUTHORIZED,
    "server_error": HTTPStatus.INTERNAL_SERVER_ERROR,
}


class OAuthError(TokenRequestError):
    """A request to an OAuth endpoint is rejected; the client receives the error.

    Spec: RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 8628 §3.5, OpenID Connect Core §3.1.2.6

    Attributes:
        error: The error code: one of `ErrorCode`, or any other of a planned error.
        status: The status of a response that is not a redirect; by default that of the RFCs.
    """

    code = "oauth"

    def __init__(
        self, error: str, description: str, *fields: str, status: int | None = None
    ) -> None:
        super().__init__(description, *fields, error=str(error))
        self.status = status or _STATUSES.get(error, HTTPStatus.BAD_REQUEST)


class MissingTokenError(OAuthError):
    """A request to a protected endpoint has no access token.

    The challenge of the response has no error code.

    Spec: RFC 6750 §3.1
    """

    def __init__(self) -> None:
        message = "access_token: missing; send the header Authorization: Bearer TOKEN"
        super().__init__(ErrorCode.INVALID_TOKEN, message, "access_token")


class DirectError(InvalidInputError):
    """A request of a browser is rejected, and must not be redirected to the client.

    The URI to redirect to is wrong or unknown: an attacker may have chosen it.

    Spec: RFC 6749 §4.1.2.1
    """

    code = "direct"


@contextmanager
def raise_directly() -> Iterator[None]:
    """Raise an `OAuthError` as a `DirectError`, while no valid redirect URI is known."""
    try:
        yield
    except OAuthError as error:
        raise DirectError(str(error), *error.fields) from error
