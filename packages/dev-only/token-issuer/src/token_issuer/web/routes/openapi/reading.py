# DEV-ONLY: never ship to production.
"""What can be read without a body, in the OpenAPI document."""

from typing import Any, Final

from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.media_types import JSON_TYPE
from token_issuer.paths import CERTIFICATES_PATH, JWKS_PATHS
from token_issuer.web.routes.discovery import DISCOVERY_PATH
from token_issuer.web.routes.health import HEALTH_PATH
from token_issuer.web.routes.tokeninfo import TOKENINFO_PATH

DEV_MARK: Final = {
    HEADER_NAME: {"required": True, "schema": {"type": "string", "const": HEADER_VALUE}},
}
"""The header that each answer bears."""
PROBLEM: Final = {"$ref": "#/components/responses/Problem"}
"""An error, as problem details."""
_OBJECT: Final = {"type": "object"}
_TEXTS: Final = {"type": "object", "additionalProperties": {"type": "string"}}
_NOT_MODIFIED: Final = {
    "304": {"description": "If-None-Match names this version", "headers": DEV_MARK}
}
_IF_NONE_MATCH: Final = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
_ID_TOKEN: Final = {
    "name": "id_token",
    "in": "query",
    "required": True,
    "schema": {"type": "string"},
}


def describe_reading_paths(openapi_path: str) -> dict[str, Any]:
    """Describe the paths that only answer GET and HEAD."""
    return {
        **{path: _describe_document("The public keys (JWKS)", _OBJECT) for path in JWKS_PATHS},
        CERTIFICATES_PATH: _describe_document("X.509 certificates in PEM, by kid", _TEXTS),
        DISCOVERY_PATH: _describe_reading("What is served where", extra={"400": PROBLEM}),
        TOKENINFO_PATH: _describe_reading(
            "What a valid token holds, as text",
            schema=_TEXTS,
            parameters=[_ID_TOKEN],
            extra={"400": PROBLEM},
        ),
        openapi_path: _describe_reading("This document"),
        HEALTH_PATH: _describe_reading("Whether the issuer is up"),
    }


def _describe_document(summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    return _describe_reading(
        summary, schema=schema, parameters=[_IF_NONE_MATCH], extra=_NOT_MODIFIED
    )


def _describe_reading(
    summary: str,
    *,
    schema: dict[str, Any] | None = None,
    parameters: list[dict[str, Any]] | None = None,
    extra: dict[str, Any] | None = None,
) -> dict[str, Any]:
    operation = {
        "summary": summary,
        "parameters": parameters or [],
        "responses": {
            "200": {
                "description": summary,
                "headers": DEV_MARK,
                "content": {JSON_TYPE: {"schema": schema or _OBJECT}},
            },
            "405": PROBLEM,
            **(extra or {}),
        },
    }
    return {"get": operation}
