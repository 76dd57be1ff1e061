# DEV-ONLY: never ship to production.
"""Error responses: RFC 6749 §5.2 JSON at OAuth endpoints, RFC 9457 problem details elsewhere.

Google's APIs have a form of their own (https://cloud.google.com/apis/design/errors).

This module alone maps exceptions to HTTP statuses, for the fast path and the full path.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec import Struct
from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.errors import (
    GoogleApiError,
    InvalidInputError,
    KeyDirectoryError,
    TokenIssuerError,
    TokenRequestError,
)
from token_issuer.keys.errors import DerivedKeysError, KeyInUseError, NoSuchKeyError
from token_issuer.media_types import JSON_TYPE, PROBLEM_TYPE
from token_issuer.oauth.errors import MissingTokenError, OAuthError
from token_issuer.paths import IAM_PREFIX, OAUTH_PATHS, USERINFO_PATHS
from token_issuer.web.response import Field, RawResponse, encode_fields

_STATUSES: Final[Mapping[type[Exception], HTTPStatus]] = {
    InvalidInputError: HTTPStatus.BAD_REQUEST,
    NoSuchKeyError: HTTPStatus.NOT_FOUND,
    KeyInUseError: HTTPStatus.CONFLICT,
    DerivedKeysError: HTTPStatus.CONFLICT,
    KeyDirectoryError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_GOOGLE_STATUSES: Final[Mapping[int, str]] = {
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "PERMISSION_DENIED",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL",
    HTTPStatus.SERVICE_UNAVAILABLE: "UNAVAILABLE",
}
"""Google's names of statuses; the others are `INVALID_ARGUMENT`."""
_REALM: Final = 'realm="token-issuer"'
"""A parameter of each challenge: RFC 6750 §3 and RFC 7617 §2 demand one."""
_UNEXPECTED: Final = "an unexpected error; the log of the token issuer holds the details"

logger = logging.getLogger(__name__)


class HttpError(TokenIssuerError):
    """A request is rejected for a reason that exists only in HTTP, such as its media type.

    Attributes:
        status: The status of the response.
        headers: More header fields of the response.
    """

    code = "http"

    def __init__(
        self,
        status: HTTPStatus,
        description: str,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(description)
        self.status = status
        self.headers = headers


def reject_encoded_body(content_encoding: str) -> None:
    """Reject a body that is compressed according to the field `Content-Encoding`.

    Raises:
        HttpError: the body is compressed.

    Spec: RFC 9110 §8.4 and §15.5.16
    """
    if content_encoding.strip().lower() not in {"", "identity"}:
        message = (
            f"Content-Encoding: '{content_encoding[:40]}' is not supported; send the body without "
            "compression, and leave the field out"
        )
        headers = {"Accept-Encoding": "identity"}
        raise HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message, headers)


class TokenErrorResponse(Struct, frozen=True, kw_only=True):
    """The body of an error response of an OAuth endpoint (RFC 6749 §5.2)."""

    error: str
    error_description: str


class GoogleError(Struct, frozen=True, kw_only=True):
    """An error of an API of Google."""

    code: int
    message: str
    status: str


class GoogleErrorResponse(Struct, frozen=True, kw_only=True):
    """The body of an error response of an API of Google."""

    error: GoogleError


class ProblemResponse(Struct, frozen=True, kw_only=True):
    """The body of an error response to any other path (RFC 9457 §3)."""

    type: str
    title: str
    status: int
    detail: str


def build_error_response(path: str, error: Exception) -> RawResponse:
    """Return the response to a request for *path* that failed with *error*.

    Errors of the issuer itself (status 500 and above) are logged.
    """
    status = _find_status(error)
    is_own_error = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("unexpected error on %s", path, exc_info=error)
        description = _UNEXPECTED  # its text may be private, or fail itself
    else:
        description = str(error)
        if is_own_error:
            logger.error("%s: %s", path, description)
    rejection = error
    if not isinstance(rejection, TokenRequestError):  # it replaces characters RFC 6749 forbids
        code = "server_error" if is_own_error else "invalid_request"
        rejection = TokenRequestError(description, error=code)
    fields = _build_fields(path, error)
    if path in OAUTH_PATHS or isinstance(error, OAuthError):
        return _build_token_error(rejection, fields, status)
    if path.startswith(IAM_PREFIX):
        return _build_google_error(str(rejection), fields, status)
    body = _encode_problem(status, str(rejection))
    return RawResponse.build(body, PROBLEM_TYPE, fields, status=status)


def build_planned_response(path: str, error: OAuthError) -> RawResponse:
    """Return the response to a request for *path* that is planned to fail with *error*."""
    return _build_token_error(error, _build_fields(path, error), error.status)


def _build_token_error(
    error: TokenRequestError, fields: tuple[Field, ...], status: int
) -> RawResponse:
    token_error = TokenErrorResponse(error=error.error, error_description=str(error))
    body = msgspec.json.encode(token_error)
    return RawResponse.build(body, JSON_TYPE, fields, status=status)


def _build_google_error(message: str, fields: tuple[Field, ...], status: int) -> RawResponse:
    name = _GOOGLE_STATUSES.get(status, "INVALID_ARGUMENT")
    error = GoogleErrorResponse(error=GoogleError(code=status, message=message, status=name))
    return RawResponse.build(msgspec.json.encode(error), JSON_TYPE, fields, status=status)


def _build_fields(path: str, error: Exception) -> tuple[Field, ...]:
    further = _build_further_fields(path, error)
    return encode_fields({"Cache-Control": "no-store", **further})


def _build_further_fields(path: str, error: Exception) -> Mapping[str, str]:
    if isinstance(error, HttpError):
        return error.headers
    is_own_error = _find_status(error) >= HTTPStatus.INTERNAL_SERVER_ERROR
    if path in USERINFO_PATHS and isinstance(error, OAuthError) and not is_own_error:
        is_missing = isinstance(error, MissingTokenError)
        details = "" if is_missing else f', error="{error.error}", error_description="{error}"'
        return {"WWW-Authenticate": f"Bearer {_REALM}{details}"}  # RFC 6750 §3
    if isinstance(error, GoogleApiError) and error.status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": f"Bearer {_REALM}"}
    if isinstance(error, OAuthError) and error.status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": f"Basic {_REALM}"}  # RFC 6749 §5.2
    return {}


def _encode_problem(status: int, detail: str) -> bytes:
    title = HTTPStatus(status).phrase
    problem = ProblemResponse(type="about:blank", title=title, status=status, detail=detail)
    return msgspec.json.encode(problem)


def _find_status(error: Exception) -> int:
    if isinstance(error, HttpError | OAuthError | GoogleApiError):
        return error.status
    known = (status for kind, status in _STATUSES.items() if isinstance(error, kind))
    return next(known, HTTPStatus.INTERNAL_SERVER_ERROR)


LAST_RESORT: Final = RawResponse.build(
    _encode_problem(HTTPStatus.INTERNAL_SERVER_ERROR, _UNEXPECTED),
    PROBLEM_TYPE,
    encode_fields({
        "Cache-Control": "no-store",
        "Connection": "close",
        HEADER_NAME: HEADER_VALUE,
    }),
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
)
"""The response if the error mapping, the request log or the common header fields fail."""
