# DEV-ONLY: never ship to production.
"""`POST /token` in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from token_issuer.media_types import FORM_TYPE, JSON_TYPE
from token_issuer.web.routes.openapi.reading import DEV_MARK
from token_issuer.web.token_endpoint import BARE_TYPES, TOKEN_PATH


def describe_token_path(fields: dict[str, Any], references: Mapping[str, Any]) -> dict[str, Any]:
    """Describe `POST /token`, whose fields may come in three ways."""
    request = references["TokenRequest"]
    answer, error = references["TokenResponse"], references["TokenErrorResponse"]
    refusals = {
        "400": "The request cannot be understood or met; the description names the field",
        "405": "Another method than POST",
        "413": "The body is too large",
        "415": "The body is neither JSON nor a form",
        "503": "A key of another algorithm is asked for, and it cannot be kept",
    }
    operation = {
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
                "headers": DEV_MARK,
                "content": {
                    JSON_TYPE: {"schema": answer},
                    **{bare_type: {"schema": {"type": "string"}} for bare_type in BARE_TYPES},
                },
            },
            **{
                status: {
                    "description": description,
                    "headers": DEV_MARK,
                    "content": {JSON_TYPE: {"schema": error}},
                }
                for status, description in refusals.items()
            },
        },
    }
    return {TOKEN_PATH: {"post": operation}}


def _describe_parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    if name == "claims":
        return {"content": {JSON_TYPE: {"schema": schema}}}
    return {"schema": schema}
