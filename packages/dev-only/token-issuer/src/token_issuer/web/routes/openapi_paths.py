# DEV-ONLY: never ship to production.
"""Descriptions of the paths that Litestar cannot describe from the signatures of their handlers.

These are `/token`, which reads three kinds of input through one schema, the key documents, and the
OpenAPI document itself.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.config.google_settings import GoogleSettings
from token_issuer.grant_types import STATEFUL_GRANT_TYPES
from token_issuer.key_documents import KEY_DOCUMENTS, Format, KeyDocument
from token_issuer.media_types import FORM_TYPE, JSON_TYPE, PROBLEM_TYPE
from token_issuer.paths import OPENAPI_PATH, TOKEN_PATHS
from token_issuer.web.handlers import MAX_BODY_BYTES
from token_issuer.web.token_endpoint import BARE_TYPES

DEV_MARK: Final = {
    HEADER_NAME: {"required": True, "schema": {"type": "string", "const": HEADER_VALUE}},
}
"""The header field of every response."""
REFERENCE: Final = "#/components/schemas/{name}"
EXAMPLE_ACCOUNT: Final = GoogleSettings().default_account
"""The service account that each issuer has by default."""
EXAMPLE_TOKEN: Final = "eyJ..."  # noqa: S105  # the beginning of each token
_OBJECT: Final = {"type": "object"}
_TEXTS: Final = {"type": "object", "additionalProperties": {"type": "string"}}
_SUMMARIES: Final = {
    Format.JWKS: "Get the public keys{of} (JWKS)",
    Format.CERTIFICATES: "Get the public keys{of} as X.509 certificates in PEM, by kid",
    Format.PUBLIC_KEYS: "Get the public keys{of} in PEM, by kid",
}
_UNCHANGED: Final = {
    "304": {"description": "If-None-Match matches the current document", "headers": DEV_MARK}
}
_ACCOUNT: Final = {
    "name": "account",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "examples": [EXAMPLE_ACCOUNT]},
    "description": "The email address of the service account.",
}
_UNKNOWN_ACCOUNT: Final = {
    "404": {
        "description": "The service account does not exist; the error names those that do",
        "content": {PROBLEM_TYPE: {"schema": {"$ref": REFERENCE.format(name="ProblemResponse")}}},
    }
}
_IF_NONE_MATCH: Final = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}


def describe_paths(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return the descriptions by path; *schemas* are those of all Structs by name."""
    return {
        **{
            path: _describe_token(path, schemas["TokenRequest"]["properties"])
            for path in TOKEN_PATHS
        },
        **{document.path: _describe_keys(document) for document in KEY_DOCUMENTS},
        OPENAPI_PATH: _describe_get(
            "getOpenapiDocument", "Get the OpenAPI document", _OBJECT, "discovery"
        ),
    }


def _describe_token(path: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    request = {"$ref": REFERENCE.format(name="TokenRequest")}
    token = {
        "anyOf": [
            {"$ref": REFERENCE.format(name=name)}
            for name in ("TokenResponse", "LoginTokens", "MachineToken", "MachineIdToken")
        ]
    }
    error = {"$ref": REFERENCE.format(name="TokenErrorResponse")}
    rejections = {
        "400": "The request is invalid or cannot be met; error_description names the field",
        "401": "The client of a login is unknown, or its secret is wrong",
        "405": "The method is not POST",
        "413": f"The body is larger than {MAX_BODY_BYTES // 1024} KiB",
        "415": "The body is neither JSON nor a form, or it is compressed",
        "503": "The key of a new algorithm cannot be stored",
    }
    bare = {bare_type: {"schema": {"type": "string"}} for bare_type in BARE_TYPES}
    form = {"schema": request, "encoding": {"claims": {"contentType": JSON_TYPE}}}
    operation = {
        "operationId": _name_operation("mint", path),
        "summary": "Mint a token, or exchange a code, a refresh token, a device code or the "
        "assertion of a service account",
        "description": "Send each field in a JSON body, in a form or in the query string. A field "
        "of the body overrides one of the query string. With grant_type, unknown parameters are "
        "ignored, unless they resemble a field. With a grant_type of logins or service accounts "
        f"({', '.join(STATEFUL_GRANT_TYPES)}), only a form is read, and its parameters are those "
        "of the grant.",
        "tags": ["tokens"],
        "parameters": [
            {"name": name, "in": "query", "required": False, **_describe_parameter(name, schema)}
            for name, schema in fields.items()
        ],
        "requestBody": {
            "required": False,
            "content": {JSON_TYPE: {"schema": request}, FORM_TYPE: form},
        },
        "responses": {
            "200": _describe_response("The token", token, bare),
            **{
                status: _describe_response(description, error)
                for status, description in rejections.items()
            },
        },
    }
    return {"post": operation}


def _describe_parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    if name == "claims":
        return {"content": {JSON_TYPE: {"schema": schema}}}
    return {"schema": schema}


def _describe_keys(document: KeyDocument) -> dict[str, Any]:
    of = f" for {document.algorithm}" if document.algorithm else ""
    summary = _SUMMARIES[document.format].format(
        of=" of a service account" if document.is_of_account else of
    )
    schema = _OBJECT if document.format is Format.JWKS else _TEXTS
    item = _describe_get(_name_operation("get", document.path), summary, schema, "keys")
    item["get"]["parameters"] = [_IF_NONE_MATCH]
    item["get"]["responses"] |= _UNCHANGED
    if document.is_of_account:
        item["get"]["parameters"].append(_ACCOUNT)
        item["get"]["responses"] |= _UNKNOWN_ACCOUNT
    return item


def _name_operation(verb: str, path: str) -> str:
    return verb + "".join(map(str.title, re.findall("[A-Za-z0-9]+", path)))


def _describe_get(name: str, summary: str, schema: dict[str, Any], tag: str) -> dict[str, Any]:
    problem = {"$ref": REFERENCE.format(name="ProblemResponse")}
    operation = {
        "operationId": name,
        "summary": summary,
        "tags": [tag],
        "responses": {
            "200": _describe_response(summary, schema),
            **{
                status: {"description": title, "content": {PROBLEM_TYPE: {"schema": problem}}}
                for status, title in (("400", "Bad Request"), ("405", "Method Not Allowed"))
            },
        },
    }
    return {"get": operation}


def _describe_response(
    description: str, schema: dict[str, Any], more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    content = {JSON_TYPE: {"schema": schema}, **(more or {})}
    return {"description": description, "headers": DEV_MARK, "content": content}
