# DEV-ONLY: never ship to production.
"""Descriptions of the paths of logins, which read their parameters from pairs of text."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from token_issuer.media_types import FORM_TYPE, HTML_TYPE, JSON_TYPE, PROBLEM_TYPE
from token_issuer.paths import (
    AUTHORIZE_PATHS,
    DEVICE_AUTHORIZATION_PATH,
    DEVICE_PATH,
    INTROSPECTION_PATH,
    LOGIN_PATH,
    LOGOUT_PATH,
    REVOCATION_PATH,
    TOKEN_INFO_PATHS,
    USERINFO_PATHS,
)
from token_issuer.web.routes.openapi_paths import DEV_MARK, EXAMPLE_TOKEN, REFERENCE

_Item = dict[str, Any]
_OBJECT: Final = {"type": "object"}
_TEXT: Final = {"type": "string"}
_PAGE: Final = {HTML_TYPE: {"schema": _TEXT}}
_TOKEN_ERROR: Final = {JSON_TYPE: {"schema": {"$ref": REFERENCE.format(name="TokenErrorResponse")}}}
_PROBLEM: Final = {PROBLEM_TYPE: {"schema": {"$ref": REFERENCE.format(name="ProblemResponse")}}}
_CLIENT: Final = ("client_id", "client_secret")
_AUTHORIZATION: Final = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "response_mode",
    "code_challenge", "code_challenge_method", "prompt", "max_age", "login_hint", "id_token_hint",
    "access_type",
)  # fmt: skip
_EXAMPLES: Final = {
    "client_id": "app",
    "redirect_uri": "http://localhost:3000/callback",
    "response_type": "code",
    "scope": "openid",
    "prompt": "login",
    "response_mode": "form_post",
    "max_age": "60",
    "user": "alice",
    "token": EXAMPLE_TOKEN,
    "access_token": EXAMPLE_TOKEN,
}
_LOGOUT: Final = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
_REDIRECT: Final = {
    "303": {
        "description": "Back to the client",
        "headers": {**DEV_MARK, "Location": {"required": True, "schema": _TEXT}},
    }
}
_REJECTIONS: Final = {
    "400": "The request is invalid",
    "404": "Several processes serve the issuer, so users cannot log in",
    "405": "The path does not allow the method",
}
_BODY_REJECTIONS: Final = {
    "413": "The body is too large",
    "415": "The body is not a form, or it is compressed",
}
_CLIENT_REJECTIONS: Final = {
    "401": "The client is unknown, or its secret is wrong",
    "503": "Too much waits for users; try again later",
}
_BEARER_REJECTIONS: Final = {
    "401": "The access token is missing or invalid",
    "403": "The scope of the access token does not suffice",
}


def describe_login_paths() -> dict[str, _Item]:
    """Return the descriptions by path."""
    return {
        **{
            path: _describe_page("Log a user in for a client", path, _AUTHORIZATION, "get", "post")
            for path in AUTHORIZE_PATHS
        },
        LOGIN_PATH: _describe_page(
            "Continue with the decision of the user on the login page",
            LOGIN_PATH,
            ("interaction", "user", "deny", "defect", "list_defects"),
            "post",
        ),
        LOGOUT_PATH: _describe_page("Log the user out", LOGOUT_PATH, _LOGOUT, "get", "post"),
        DEVICE_PATH: _describe_page(
            "Log a user in on a device", DEVICE_PATH, ("user_code",), "get", "post"
        ),
        **{path: _describe_user_info(path) for path in USERINFO_PATHS},
        INTROSPECTION_PATH: _describe_endpoint(
            "Tell whether a token is active", INTROSPECTION_PATH, (*_CLIENT, "token")
        ),
        REVOCATION_PATH: _describe_endpoint(
            "Revoke a token and those of the same login", REVOCATION_PATH, (*_CLIENT, "token")
        ),
        DEVICE_AUTHORIZATION_PATH: _describe_endpoint(
            "Get the codes of a device", DEVICE_AUTHORIZATION_PATH, (*_CLIENT, "scope")
        ),
    }


def complete_token_info(paths: dict[str, _Item]) -> None:
    """Describe the error for an access token, which is that of OAuth as at Google.

    Litestar keeps the paths of a handler in a set; their order becomes the declared one.
    """
    for path in TOKEN_INFO_PATHS:
        paths[path] = paths.pop(path)
        for operation in paths[path].values():
            operation["responses"]["400"]["content"] |= _TOKEN_ERROR


def _describe_page(summary: str, path: str, names: Sequence[str], *methods: str) -> _Item:
    operations = {}
    for method in methods:
        responses = {
            "200": {"description": "A page for the user", "headers": DEV_MARK, "content": _PAGE},
            **_REDIRECT,
            **_reject({**_REJECTIONS, **_BODY_REJECTIONS}, {**_PAGE, **_PROBLEM}),
        }
        operations[method] = _describe(method, summary, path, names, responses)
    return operations


def _describe_user_info(path: str) -> _Item:
    summary = "Get the claims about the user that an access token releases"
    rejections = {**_REJECTIONS, **_BODY_REJECTIONS, **_BEARER_REJECTIONS}
    responses = {**_accept("The claims"), **_reject(rejections, _TOKEN_ERROR)}
    return {
        method: _describe(method, summary, path, ("access_token",), responses)
        for method in ("get", "post")
    }


def _describe_endpoint(summary: str, path: str, names: Sequence[str]) -> _Item:
    rejections = {**_REJECTIONS, **_BODY_REJECTIONS, **_CLIENT_REJECTIONS}
    responses = {**_accept("The result"), **_reject(rejections, _TOKEN_ERROR)}
    return {"post": _describe("post", summary, path, names, responses)}


def _describe(
    method: str, summary: str, path: str, names: Sequence[str], responses: Mapping[str, Any]
) -> dict[str, Any]:
    words = re.findall("[a-z0-9]+", path)
    fields = {name: _describe_field(name) for name in names}
    sent = (
        {
            "parameters": [
                {"name": name, "in": "query", "schema": schema} for name, schema in fields.items()
            ]
        }
        if method == "get"
        else {
            "requestBody": {
                "required": False,
                "content": {FORM_TYPE: {"schema": {"type": "object", "properties": fields}}},
            }
        }
    )
    return {
        "operationId": method + "".join(map(str.title, words)),
        "summary": summary,
        "tags": ["logins"],
        **sent,
        "responses": dict(responses),
    }


def _describe_field(name: str) -> dict[str, Any]:
    return {**_TEXT, "examples": [_EXAMPLES[name]]} if name in _EXAMPLES else _TEXT


def _accept(description: str) -> dict[str, Any]:
    content = {JSON_TYPE: {"schema": _OBJECT}}
    return {"200": {"description": description, "headers": DEV_MARK, "content": content}}


def _reject(descriptions: Mapping[str, str], content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        status: {"description": description, "headers": DEV_MARK, "content": content}
        for status, description in sorted(descriptions.items())
    }
