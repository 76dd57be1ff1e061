# DEV-ONLY: never ship to production.
"""Exception handlers for Litestar. They explain its own exceptions; `web.errors` maps them all."""

from http import HTTPStatus
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from token_issuer.paths import ADMIN_PREFIX, OPENAPI_PATH, TOKEN_PATH
from token_issuer.web.asgi import REQUEST_STATE
from token_issuer.web.errors import HttpError, build_error_response
from token_issuer.web.routes.methods import format_allow

_HINTS: Final = {
    HTTPStatus.UNAUTHORIZED: "Authorization: expected Bearer and the secret of "
    "TOKEN_ISSUER_ADMIN_TOKEN",
    HTTPStatus.NOT_FOUND: f"no such path; {OPENAPI_PATH} lists the paths. Those below "
    f"{ADMIN_PREFIX} exist only on loopback, or if TOKEN_ISSUER_ADMIN_TOKEN is set",
    HTTPStatus.METHOD_NOT_ALLOWED: "the path does not allow this method; the header Allow lists "
    f"the allowed ones. To get a token, send POST {TOKEN_PATH}",
}


def _handle_http_exception(
    request: Request[Any, Any, Any], error: HTTPException
) -> Response[bytes]:
    status = HTTPStatus(error.status_code)
    return _handle(request, HttpError(status, _explain(request, error), _read_headers(error)))


def _handle(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    response = build_error_response(request.scope["state"][REQUEST_STATE].path, error)
    headers = {name.decode(): value.decode("latin-1") for name, value in response.fields}
    del headers["content-length"]  # Litestar adds the field
    media_type = headers.pop("content-type")
    return Response(
        response.body, status_code=response.status, media_type=media_type, headers=headers
    )


def _explain(request: Request[Any, Any, Any], error: HTTPException) -> str:
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        max_bytes = request.route_handler.resolve_request_max_body_size() or 0
        return f"body: larger than {max_bytes // 1024} KiB"
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        return "; ".join(f"{entry['key']}: {entry['message']}" for entry in error.extra)
    return _HINTS.get(status, status.phrase)


def _read_headers(error: HTTPException) -> dict[str, str]:
    headers = dict(error.headers or {})
    if "allow" in headers:
        headers["allow"] = format_allow(headers["allow"].split(", "))
    return headers


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    HTTPException: _handle_http_exception,
    Exception: _handle,
}
