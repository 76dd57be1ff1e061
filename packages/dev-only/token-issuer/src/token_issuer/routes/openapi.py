# DEV-ONLY: never ship to production.
"""`/openapi.json`: the HTTP interface as a document.

`/token` reads three kinds of input through one schema, which frameworks cannot derive from a
handler's signature; the component schemas come from the very Structs that check the input.
"""

from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec
from litestar import HttpMethod, Response, route
from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE, SERVICE_NAME

from token_issuer.parameters import FORM_TYPE, JSON_TYPE
from token_issuer.routes.errors import PROBLEM_TYPE
from token_issuer.routes.health import HEALTH_PATH
from token_issuer.routes.keys import JWKS_PATHS
from token_issuer.routes.token import BARE_TYPES, TOKEN_PATH
from token_issuer.schemas import ProblemResponse, TokenErrorResponse, TokenRequest, TokenResponse

OPENAPI_PATH = "/openapi.json"
_JSON_OBJECT = {"type": "object"}
_DEV_MARK = {
    HEADER_NAME: {"required": True, "schema": {"type": "string", "const": HEADER_VALUE}},
}


@route(OPENAPI_PATH, http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def get_openapi_document() -> Response[bytes]:
    """Serve the OpenAPI document."""
    return Response(encode_openapi_document(), media_type=JSON_TYPE)


@cache
def encode_openapi_document() -> bytes:
    """Build the OpenAPI 3.1 document, once."""
    (request, answer, error, problem), components = msgspec.json.schema_components(
        [TokenRequest, TokenResponse, TokenErrorResponse, ProblemResponse],
        ref_template="#/components/schemas/{name}",
    )
    components["TokenRequest"]["additionalProperties"] = False
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": f"{SERVICE_NAME} (DEV ONLY)",
            "version": version(SERVICE_NAME),
            "description": "Mints tokens for Docker and QA stacks. Never ship it to production.",
        },
        "paths": {
            TOKEN_PATH: {
                "post": _describe_token_operation(
                    components["TokenRequest"]["properties"], request, answer, error
                )
            },
            **{path: _describe_reading("The public keys (JWKS)") for path in JWKS_PATHS},
            HEALTH_PATH: _describe_reading("Whether the issuer is up"),
            OPENAPI_PATH: _describe_reading("This document"),
        },
        "components": {
            "schemas": components,
            "responses": {
                "Problem": {
                    "description": "What is wrong",
                    "content": {PROBLEM_TYPE: {"schema": problem}},
                }
            },
        },
    }
    return msgspec.json.encode(document)


def _describe_token_operation(
    fields: dict[str, Any], request: Any, answer: Any, error: Any
) -> dict[str, Any]:
    refusals = {
        "400": "The request cannot be understood or met; the description names the field",
        "405": "Another method than POST",
        "413": "The body is too large",
        "415": "The body is neither JSON nor a form",
    }
    return {
        "operationId": "mintToken",
        "summary": "Mint a token",
        "description": "Every field may come in a JSON body, in a form or in the query string; "
        "the body wins.",
        "parameters": [
            {"name": name, "in": "query", "required": False, **_describe_parameter(name, schema)}
            for name, schema in fields.items()
        ],
        "requestBody": {
            "required": False,
            "content": {
                JSON_TYPE: {"schema": request},
                FORM_TYPE: {
                    "schema": request,
                    "encoding": {"claims": {"contentType": JSON_TYPE}},
                },
            },
        },
        "responses": {
            "200": {
                "description": "The token",
                "headers": _DEV_MARK,
                "content": {
                    JSON_TYPE: {"schema": answer},
                    **{bare_type: {"schema": {"type": "string"}} for bare_type in BARE_TYPES},
                },
            },
            **{
                status: {
                    "description": description,
                    "headers": _DEV_MARK,
                    "content": {JSON_TYPE: {"schema": error}},
                }
                for status, description in refusals.items()
            },
        },
    }


def _describe_parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    if name == "claims":
        return {"content": {JSON_TYPE: {"schema": schema}}}
    return {"schema": schema}


def _describe_reading(summary: str) -> dict[str, Any]:
    operation = {
        "summary": summary,
        "responses": {
            "200": {
                "description": summary,
                "headers": _DEV_MARK,
                "content": {JSON_TYPE: {"schema": _JSON_OBJECT}},
            },
            "405": {"$ref": "#/components/responses/Problem"},
        },
    }
    return {"get": operation}
