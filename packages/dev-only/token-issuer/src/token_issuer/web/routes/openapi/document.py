# DEV-ONLY: never ship to production.
"""`/openapi.json`: the HTTP interface as a document.

`/token` reads three kinds of input through one schema, which frameworks cannot derive from a
handler's signature; the component schemas come from the very Structs that check the input.
"""

from functools import cache
from importlib.metadata import version
from typing import Any, Final

import msgspec
from litestar import HttpMethod, Response, route
from proxy_guard.dev_marks import SERVICE_NAME

from token_issuer.faults.fault import Fault
from token_issuer.faults.registry import FaultState
from token_issuer.keys.description import KeyDescription, KeyList
from token_issuer.media_types import JSON_TYPE, PROBLEM_TYPE
from token_issuer.tokens.defects.description import DefectDescription, DefectList
from token_issuer.tokens.messages import TokenRequest, TokenResponse
from token_issuer.web.problems import ProblemResponse, TokenErrorResponse
from token_issuer.web.routes.admin.schemas import (
    ClockReading,
    ClockRequest,
    FaultList,
    FaultRequest,
    RequestList,
    RotateRequest,
)
from token_issuer.web.routes.openapi.admin import describe_admin_paths
from token_issuer.web.routes.openapi.defects import describe_defect_paths
from token_issuer.web.routes.openapi.reading import describe_reading_paths
from token_issuer.web.routes.openapi.token import describe_token_path

OPENAPI_PATH: Final = "/openapi.json"
_COMPONENTS: Final = (
    TokenRequest,
    TokenResponse,
    TokenErrorResponse,
    ProblemResponse,
    KeyList,
    KeyDescription,
    RotateRequest,
    ClockRequest,
    ClockReading,
    FaultRequest,
    Fault,
    FaultList,
    FaultState,
    RequestList,
    DefectList,
    DefectDescription,
)


@route(OPENAPI_PATH, http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def get_openapi_document() -> Response[bytes]:
    """Serve the OpenAPI document."""
    return Response(encode_openapi_document(), media_type=JSON_TYPE)


@cache
def encode_openapi_document() -> bytes:
    """Build the OpenAPI 3.1 document, once."""
    schemas, components = msgspec.json.schema_components(
        _COMPONENTS, ref_template="#/components/schemas/{name}"
    )
    references: dict[str, Any] = {
        kind.__name__: schema for kind, schema in zip(_COMPONENTS, schemas, strict=True)
    }
    for kind in (TokenRequest, RotateRequest, ClockRequest, FaultRequest, Fault):
        components[kind.__name__]["additionalProperties"] = False
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": f"{SERVICE_NAME} (DEV ONLY)",
            "version": version(SERVICE_NAME),
            "description": "Mints tokens for Docker and QA stacks. Never ship it to production.",
        },
        "paths": {
            **describe_token_path(components["TokenRequest"]["properties"], references),
            **describe_reading_paths(OPENAPI_PATH),
            **describe_defect_paths(references),
            **describe_admin_paths(references),
        },
        "components": {
            "schemas": components,
            "securitySchemes": {"adminToken": {"type": "http", "scheme": "bearer"}},
            "responses": {
                "Problem": {
                    "description": "What is wrong",
                    "content": {PROBLEM_TYPE: {"schema": references["ProblemResponse"]}},
                }
            },
        },
    }
    return msgspec.json.encode(document)
