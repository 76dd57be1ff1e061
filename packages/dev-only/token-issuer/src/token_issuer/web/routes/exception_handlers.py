# DEV-ONLY: never ship to production.
"""Exception handlers for Litestar. They explain its own exceptions; `web.errors` maps them all.

The paths that a browser visits respond with a page.
"""

from http import HTTPStatus
from typing import Any, Final

from litestar import Request
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from token_issuer.paths import ADMIN_PREFIX, LOGIN_PATH, OPENAPI_PATH, PAGE_PATHS
from token_issuer.web.asgi import REQUEST_STATE
from token_issuer.web.errors import HttpError, build_error_response
from token_issuer.web.logins.pages import render_http_error
from token_issuer.web.routes.bare_response import BareResponse, convert_response
from token_issuer.web.routes.methods import format_allow

_HINTS: Final = {
    HTTPStatus.UNAUTHORIZED: "Authorization: expected Bearer and the secret of "
    "TOKEN_ISSUER_ADMIN_TOKEN",
    HTTPStatus.NOT_FOUND: f"no such path; {OPENAPI_PATH} lists the paths. Those below "
    f"{ADMIN_PREFIX} exist only on loopback, or if TOKEN_ISSUER_ADMIN_TOKEN is set",
}
_LOGIN_HINT: Final = (
    "this address only receives the form of the login page; go back to the application and log in "
    "again"
)


def _handle_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> BareResponse:
    status = HTTPStatus(error.status_code)
    return _handle(request, HttpError(status, _explain(request, error), _read_headers(error)))


def _handle(request: Request[Any, Any, Any], error: Exception) -> BareResponse:
    path = request.scope["state"][REQUEST_STATE].path
    if path in PAGE_PATHS and isinstance(error, HttpError):
        return convert_response(render_http_error(error))
    return convert_response(build_error_response(path, error))


def _explain(request: Request[Any, Any, Any], error: HTTPException) -> str:
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        max_bytes = request.route_handler.resolve_request_max_body_size() or 0
        return f"body: larger than {max_bytes // 1024} KiB"
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        return "; ".join(f"{entry['key']}: {entry['message']}" for entry in error.extra)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        if request.scope["state"][REQUEST_STATE].path == LOGIN_PATH:
            return _LOGIN_HINT
        allowed = _read_headers(error).get("allow")
        return f"the path does not allow {request.method}; expected one of {allowed}"
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
