# DEV-ONLY: never ship to production.
"""Descriptions of the paths of the console, the metadata server and Firebase."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from token_issuer.config.google_settings import DEFAULT_PROJECT
from token_issuer.media_types import HTML_TYPE, JSON_TYPE, PROBLEM_TYPE
from token_issuer.paths import (
    API_REFERENCE_PATH,
    CONSOLE_PREFIX,
    FIREBASE_LOOKUP_PATH,
    FIREBASE_SIGN_IN_PATH,
    IAM_PREFIX,
    METADATA_PREFIX,
    ROOT_PATH,
)
from token_issuer.web.google.metadata import FLAVOR, FLAVOR_HEADER, TEXT_TYPE
from token_issuer.web.routes.openapi_paths import DEV_MARK, REFERENCE

_TEXT: Final = {"type": "string"}
_OBJECT: Final = {"type": "object"}
_PROBLEM: Final = {PROBLEM_TYPE: {"schema": {"$ref": REFERENCE.format(name="ProblemResponse")}}}
_JSON: Final = {JSON_TYPE: {"schema": _OBJECT}}
_FLAVOR: Final = {
    "name": FLAVOR_HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "examples": [FLAVOR]},
    "description": "Clients of Google send it; web pages cannot.",
}
_CONSOLE_FILE_PATH: Final = f"{CONSOLE_PREFIX}/{{file}}"
_PATH_EXAMPLES: Final = {
    "file": "style.css",
    "path": "v1/instance/service-accounts/default/email",
    "project": DEFAULT_PROJECT,
    "target": f"{DEFAULT_PROJECT}:createSessionCookie",
}
_METADATA_QUERY: Final = ("recursive", "alt", "audience", "format", "licenses", "scopes")
_METADATA_REJECTIONS: Final = {
    "400": "A parameter is missing or invalid",
    "403": f"The header {FLAVOR_HEADER} is missing, or the request was forwarded",
    "404": "There is no such metadata; the error names what exists beside it",
    "405": "The method is not GET",
}
_FIREBASE_REJECTIONS: Final = {
    "400": "The request, a token or the project is invalid, in the form of Identity Toolkit",
    "401": "The access token is missing or invalid",
    "403": "The scope of the access token does not suffice",
    "404": "There is no such method, or several processes serve the issuer",
    "405": "The method is not POST",
    "413": "The body is too large",
    "415": "The body is compressed",
}
_FIREBASE: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    FIREBASE_SIGN_IN_PATH: ("Get an ID token of Firebase for a custom token", ("token",)),
    FIREBASE_LOOKUP_PATH: ("Get the user of an ID token of Firebase", ("idToken",)),
    f"{IAM_PREFIX}{{target}}": (
        "Create a session cookie of Firebase: the last segment is PROJECT:createSessionCookie",
        ("idToken", "validDuration"),
    ),
    f"{IAM_PREFIX}{{project}}/accounts:lookup": ("Get users of Firebase", ("localId", "email")),
    f"{IAM_PREFIX}{{project}}/accounts:update": (
        "Revoke the tokens of a user of Firebase, or disable the user",
        ("localId", "validSince", "disableUser"),
    ),
}


def describe_surface_paths() -> dict[str, Any]:
    """Return the descriptions by path."""
    return {
        ROOT_PATH: _describe_root(),
        API_REFERENCE_PATH: _describe_api_reference(),
        _CONSOLE_FILE_PATH: _describe_console_file(),
        **{
            path: _describe_metadata(path, "Get metadata of a machine at Google", _METADATA_QUERY)
            for path in (METADATA_PREFIX, f"{METADATA_PREFIX}/{{path}}")
        },
        **{
            path: _describe_firebase(path, summary, names)
            for path, (summary, names) in _FIREBASE.items()
        },
    }


def _describe_root() -> dict[str, Any]:
    summary = "Show the console to a browser, or find the metadata server"
    item = _describe_metadata(ROOT_PATH, summary, ())
    item["get"]["responses"]["200"]["content"] |= {HTML_TYPE: {"schema": _TEXT}}
    return item


def _describe_api_reference() -> dict[str, Any]:
    rejections = {"400": "The Host field is invalid", "405": "The method is not GET"}
    content = {HTML_TYPE: {"schema": _TEXT}}
    summary = "Show the API reference to a browser"
    operation = _describe("get", API_REFERENCE_PATH, summary, rejections, content, _PROBLEM)
    return {"get": operation | {"tags": ["console"]}}


def _describe_console_file() -> dict[str, Any]:
    content = {kind: {"schema": _TEXT} for kind in ("text/css", "text/javascript", "image/svg+xml")}
    rejections = {
        "400": "The path is invalid",
        "404": "The console has no such file",
        "405": "The method is not GET",
    }
    summary = "Get a file of the console"
    operation = _describe("get", _CONSOLE_FILE_PATH, summary, rejections, content, _PROBLEM)
    return {"get": operation | {"tags": ["console"]}}


def _describe_metadata(path: str, summary: str, names: Sequence[str]) -> dict[str, Any]:
    content = {TEXT_TYPE: {"schema": _TEXT}, JSON_TYPE: {"schema": {}}}
    operation = _describe("get", path, summary, _METADATA_REJECTIONS, content, _PROBLEM)
    operation["parameters"] += [
        _FLAVOR,
        *({"name": name, "in": "query", "schema": _TEXT} for name in names),
    ]
    return {"get": operation}


def _describe_firebase(path: str, summary: str, names: Sequence[str]) -> dict[str, Any]:
    operation = _describe("post", path, summary, _FIREBASE_REJECTIONS, _JSON, {**_JSON, **_PROBLEM})
    schema = {**_OBJECT, "properties": {name: {} for name in names}}
    operation["requestBody"] = {"required": False, "content": {JSON_TYPE: {"schema": schema}}}
    return {"post": operation}


def _describe(  # named parts of a description
    method: str,
    path: str,
    summary: str,
    rejections: Mapping[str, str],
    content: Mapping[str, Any],
    error: Mapping[str, Any],
) -> dict[str, Any]:
    words = re.findall("[A-Za-z0-9]+", path) or ["root"]
    return {
        "operationId": method + "".join(word[0].upper() + word[1:] for word in words),
        "summary": summary,
        "tags": ["machines"],
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string", "examples": [_PATH_EXAMPLES[name]]},
            }
            for name in re.findall(r"\{(\w+)\}", path)
        ],
        "responses": {
            "200": {"description": summary, "headers": DEV_MARK, "content": content},
            **{
                status: {"description": description, "headers": DEV_MARK, "content": error}
                for status, description in rejections.items()
            },
        },
    }
