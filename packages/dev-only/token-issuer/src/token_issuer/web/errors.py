# DEV-ONLY: never ship to production.
"""Error responses: RFC 6749 §5.2 JSON on `/token`, RFC 9457 problem details elsewhere.

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
    """The body of an error response to `/token` (RFC 6749 §5.2)."""

    error: str
    error_description: str


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
    further = error.headers if isinstance(error, HttpError) else {}
    fields = encode_fields({"Cache-Control": "no-store", **further})
    if path == TOKEN_PATH:
        token_error = TokenErrorResponse(error=rejection.error, error_description=str(rejection))
        body = msgspec.json.encode(token_error)
        return RawResponse.build(body, JSON_TYPE, fields, status=status)
    body = _encode_problem(status, str(rejection))
    return RawResponse.build(body, PROBLEM_TYPE, fields, status=status)


def _encode_problem(status: HTTPStatus, detail: str) -> bytes:
    problem = ProblemResponse(type="about:blank", title=status.phrase, status=status, detail=detail)
    return msgspec.json.encode(problem)


def _find_status(error: Exception) -> HTTPStatus:
    if isinstance(error, HttpError):
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
