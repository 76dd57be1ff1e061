# DEV-ONLY: never ship to production.
"""Handlers of Identity Toolkit, the API of Firebase Authentication.

Spec: https://cloud.google.com/identity-platform/docs/reference/rest
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import msgspec

from token_issuer.errors import TokenRequestError
from token_issuer.google.firebase import Firebase
from token_issuer.google.identity_errors import IdentityCode, IdentityError
from token_issuer.google.json_messages import drop_nulls
from token_issuer.google.machines import Machines
from token_issuer.media_types import JSON_TYPE
from token_issuer.paths import IAM_PREFIX
from token_issuer.tokens.request_parsing import decode_json_object
from token_issuer.web.errors import HttpError, reject_encoded_body
from token_issuer.web.request import Request
from token_issuer.web.response import RawResponse, encode_fields

_FIELDS: Final = encode_fields({"Cache-Control": "no-store"})
_CREATE_COOKIE: Final = ":createSessionCookie"
_Act = Callable[[Firebase, dict[str, Any]], dict[str, Any]]


def sign_in_with_custom_token(machines: Machines, request: Request) -> RawResponse:
    """Return an ID token for a custom token."""
    return _answer(machines, request, lambda firebase, body: firebase.sign_in(body, request.time))


def create_session_cookie(machines: Machines, request: Request) -> RawResponse:
    """Return a session cookie for an ID token, as an administrator.

    Raises:
        HttpError: the path does not end with the only method of a project.
    """
    project = request.path.removeprefix(IAM_PREFIX).removesuffix(_CREATE_COOKIE)
    if not request.path.endswith(_CREATE_COOKIE):
        message = f"no such method; expected {IAM_PREFIX}PROJECT{_CREATE_COOKIE}"
        raise HttpError(HTTPStatus.NOT_FOUND, message)
    return _administrate(
        machines,
        request,
        lambda firebase, body: firebase.create_session_cookie(project, body, request.time),
    )


def look_up_own_account(machines: Machines, request: Request) -> RawResponse:
    """Return the user of an ID token."""
    return _answer(machines, request, lambda firebase, body: firebase.look_up(body, request.time))


def look_up_accounts(machines: Machines, request: Request) -> RawResponse:
    """Return users, as an administrator."""
    project = _read_project(request)
    return _administrate(
        machines,
        request,
        lambda firebase, body: firebase.look_up(body, request.time, project=project),
    )


def update_account(machines: Machines, request: Request) -> RawResponse:
    """Change a user, as an administrator."""
    project = _read_project(request)
    return _administrate(machines, request, lambda firebase, body: firebase.update(project, body))


def _administrate(machines: Machines, request: Request, act: _Act) -> RawResponse:
    """Answer a request that needs the access token of a service account."""

    def check_and_act(firebase: Firebase, body: dict[str, Any]) -> dict[str, Any]:
        scheme, _, token = request.join_field(b"authorization").strip().partition(" ")
        firebase.check_administrator(
            token.strip() if scheme.lower() == "bearer" else None, request.time
        )
        return act(firebase, body)

    return _answer(machines, request, check_and_act)


def _answer(machines: Machines, request: Request, act: _Act) -> RawResponse:
    """Return the result of *act* for the body of *request*, or its error."""
    reject_encoded_body(request.join_field(b"content-encoding"))
    try:
        return _encode(act(machines.firebase, _read_body(request)), HTTPStatus.OK)
    except IdentityError as error:
        text = f"{error.error} : {error}"
        details = [{"message": text, "domain": "global", "reason": "invalid"}]
        described = {"code": int(error.status), "message": text, "errors": details}
        return _encode({"error": described}, error.status)


def _read_body(request: Request) -> dict[str, Any]:
    try:
        return drop_nulls(decode_json_object(request.body or b"{}", "JSON body"))
    except TokenRequestError as error:
        raise IdentityError(IdentityCode.INVALID_JSON, str(error)) from error


def _read_project(request: Request) -> str:
    return request.path.removeprefix(IAM_PREFIX).partition("/")[0]


def _encode(value: dict[str, Any], status: HTTPStatus) -> RawResponse:
    return RawResponse.build(msgspec.json.encode(value), JSON_TYPE, _FIELDS, status=status)
