# DEV-ONLY: never ship to production.
"""Errors as documents: RFC 6749 §5.2 on `/token`, RFC 9457 problem details elsewhere."""

import logging
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from litestar.utils import normalize_path

from token_issuer.errors import (
    InvalidInputError,
    KeyDirectoryError,
    KeyInUseError,
    NoSuchKeyError,
    TokenIssuerError,
    TokenRequestError,
)
from token_issuer.media_types import JSON_TYPE, PROBLEM_TYPE
from token_issuer.web.problems import ProblemResponse, TokenErrorResponse
from token_issuer.web.token_endpoint import MAX_BODY_BYTES, TOKEN_PATH

_HINTS: Final = {
    HTTPStatus.UNAUTHORIZED: "Authorization: expected Bearer and the secret of "
    "TOKEN_ISSUER_ADMIN_TOKEN",
    HTTPStatus.FORBIDDEN: "the admin surface takes no requests from web pages of other sites",
    HTTPStatus.NOT_FOUND: "no such path; see /openapi.json for those that exist. Those below "
    "/admin are served on loopback, or where TOKEN_ISSUER_ADMIN_TOKEN is set",
    HTTPStatus.METHOD_NOT_ALLOWED: "this method is not allowed here; the header Allow names those "
    f"that are. Tokens are made by POST {TOKEN_PATH}",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"body: larger than {MAX_BODY_BYTES // 1024} KiB",
}
_STATUSES: dict[type[TokenIssuerError], HTTPStatus] = {
    InvalidInputError: HTTPStatus.BAD_REQUEST,
    NoSuchKeyError: HTTPStatus.NOT_FOUND,
    KeyInUseError: HTTPStatus.CONFLICT,
    KeyDirectoryError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_UNEXPECTED: Final = "an unexpected error; the log of the token issuer holds the details"

logger = logging.getLogger(__name__)


def _answer(request: Request[Any, Any, Any], error: TokenRequestError) -> Response[bytes]:
    status = HTTPStatus(error.status)
    headers = {"Cache-Control": "no-store"}
    if normalize_path(request.scope["path"]) == TOKEN_PATH:  # as the router does: //token/ is one
        body = msgspec.json.encode(
            TokenErrorResponse(error=error.error, error_description=str(error))
        )
        return Response(body, status_code=status, media_type=JSON_TYPE, headers=headers)
    problem = ProblemResponse(
        type="about:blank", title=status.phrase, status=status, detail=str(error)
    )
    body = msgspec.json.encode(problem)
    return Response(body, status_code=status, media_type=PROBLEM_TYPE, headers=headers)


def _handle_token_request_error(
    request: Request[Any, Any, Any], error: TokenRequestError
) -> Response[bytes]:
    return _answer(request, error)


def _handle_domain_error(
    request: Request[Any, Any, Any], error: TokenIssuerError
) -> Response[bytes]:
    status = next(status for kind, status in _STATUSES.items() if isinstance(error, kind))
    is_our_fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if is_our_fault:
        logger.error("%s: %s", request.scope["path"], error)
    code = "server_error" if is_our_fault else "invalid_request"
    return _answer(request, TokenRequestError(str(error), error=code, status=status))


def _handle_http_exception(
    request: Request[Any, Any, Any], error: HTTPException
) -> Response[bytes]:
    status = HTTPStatus(error.status_code)
    is_our_fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    code = "server_error" if is_our_fault else "invalid_request"
    description = _HINTS.get(status, status.phrase)
    response = _answer(request, TokenRequestError(description, error=code, status=status))
    response.headers.update(error.headers or {})
    return response


def _handle_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    logger.error("unexpected error on %s", request.scope["path"], exc_info=error)
    failure = TokenRequestError(
        _UNEXPECTED, error="server_error", status=HTTPStatus.INTERNAL_SERVER_ERROR
    )
    return _answer(request, failure)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    TokenRequestError: _handle_token_request_error,
    **dict.fromkeys(_STATUSES, _handle_domain_error),
    HTTPException: _handle_http_exception,
    Exception: _handle_unexpected,
}
