# DEV-ONLY: never ship to production.
"""Error responses: RFC 6749 §5.2 JSON on `/token`, RFC 9457 problem details elsewhere.

The only place where an exception gets an HTTP status. Both paths answer errors with it.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec import Struct

from token_issuer.errors import (
    InvalidInputError,
    KeyDirectoryError,
    KeyInUseError,
    NoSuchKeyError,
    TokenIssuerError,
    TokenRequestError,
)
from token_issuer.media_types import JSON_TYPE, PROBLEM_TYPE
from token_issuer.paths import TOKEN_PATH
from token_issuer.web.response import RawResponse, encode_fields

_STATUSES: Final[Mapping[type[Exception], HTTPStatus]] = {
    InvalidInputError: HTTPStatus.BAD_REQUEST,
    NoSuchKeyError: HTTPStatus.NOT_FOUND,
    KeyInUseError: HTTPStatus.CONFLICT,
    KeyDirectoryError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_UNEXPECTED: Final = "an unexpected error; the log of the token issuer holds the details"

logger = logging.getLogger(__name__)


class HttpError(TokenIssuerError):
    """A request is rejected for a reason that only HTTP has.

    Attributes:
        status: The status of the response.
        headers: Further header fields of the response.
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


class TokenErrorResponse(Struct, frozen=True, kw_only=True):
    """RFC 6749 §5.2."""

    error: str
    error_description: str


class ProblemResponse(Struct, frozen=True, kw_only=True):
    """RFC 9457 §3."""

    type: str
    title: str
    status: int
    detail: str


def build_error_response(path: str, error: Exception) -> RawResponse:
    """Return the response to a request for *path* that failed with *error*.

    Errors of the issuer itself are logged.
    """
    status, description = _find_status(error), str(error)
    is_own_error = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("unexpected error on %s", path, exc_info=error)
        description = _UNEXPECTED
    elif is_own_error:
        logger.error("%s: %s", path, error)
    rejection = error
    if not isinstance(rejection, TokenRequestError):  # which replaces unsafe characters
        code = "server_error" if is_own_error else "invalid_request"
        rejection = TokenRequestError(description, error=code)
    further = error.headers if isinstance(error, HttpError) else {}
    fields = encode_fields({"Cache-Control": "no-store", **further})
    if path == TOKEN_PATH:
        answer = TokenErrorResponse(error=rejection.error, error_description=str(rejection))
        return RawResponse.build(msgspec.json.encode(answer), JSON_TYPE, fields, status=status)
    problem = ProblemResponse(
        type="about:blank", title=status.phrase, status=status, detail=str(rejection)
    )
    return RawResponse.build(msgspec.json.encode(problem), PROBLEM_TYPE, fields, status=status)


def _find_status(error: Exception) -> HTTPStatus:
    if isinstance(error, HttpError):
        return error.status
    known = (status for kind, status in _STATUSES.items() if isinstance(error, kind))
    return next(known, HTTPStatus.INTERNAL_SERVER_ERROR)
