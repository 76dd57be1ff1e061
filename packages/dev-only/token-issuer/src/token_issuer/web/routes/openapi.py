# DEV-ONLY: never ship to production.
"""`/openapi.json`: the HTTP interface as a document, which Litestar generates from the routes.

By hand are described `/token` and the key documents, since their handlers have no signatures from
which it could be derived: `/token` reads three kinds of input through one schema.
"""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response, Router
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, Schema, SecurityScheme
from litestar.plugins import OpenAPISchemaPlugin
from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE, SERVICE_NAME

from token_issuer.faults.fault import Fault
from token_issuer.media_types import FORM_TYPE, JSON_TYPE, PROBLEM_TYPE
from token_issuer.paths import CERTIFICATES_PATH, JWKS_PATHS, TOKEN_PATH
from token_issuer.tokens.messages import TokenRequest, TokenResponse
from token_issuer.web.errors import TokenErrorResponse
from token_issuer.web.routes.methods import answer_options
from token_issuer.web.token_endpoint import BARE_TYPES

ADMIN_SECURITY: Final[list[dict[str, list[str]]]] = [{}, {"adminToken": []}]
_OPENAPI_PATH: Final = "/openapi.json"
_DEV_MARK: Final = {
    HEADER_NAME: {"required": True, "schema": {"type": "string", "const": HEADER_VALUE}},
}
_OBJECT: Final = {"type": "object"}
_TEXTS: Final = {"type": "object", "additionalProperties": {"type": "string"}}
_REFERENCE: Final = "#/components/schemas/{name}"


class StructSchemas(OpenAPISchemaPlugin):
    """Collects the Structs of the routes; msgspec, which checks them, describes them.

    Litestar's own schemas of Structs lack `enum` and `additionalProperties`, and state `oneOf` for
    types that overlap, such as integer and number.
    """

    def __init__(self) -> None:
        self._structs: set[type[msgspec.Struct]] = {
            Fault,  # inside another one
            TokenErrorResponse,
            TokenRequest,
            TokenResponse,
        }

    @staticmethod
    def is_plugin_supported_field(field_definition: Any) -> bool:
        """Tell whether a type is a Struct."""
        return bool(field_definition.is_subclass_of(msgspec.Struct))

    def to_openapi_schema(self, field_definition: Any, schema_creator: Any) -> Schema:
        """Register a Struct; its schema is filled in by `describe`."""
        self._structs.add(field_definition.annotation)
        schema: Schema = schema_creator.create_component_schema(
            field_definition, required=[], property_fields={}
        )
        return schema

    def describe(self) -> dict[str, Any]:
        """Return the schemas of all Structs, and of the types in them, by name."""
        structs = sorted(self._structs, key=lambda struct: struct.__name__)
        _, schemas = msgspec.json.schema_components(structs, ref_template=_REFERENCE)
        for struct in structs:
            if struct.__struct_config__.forbid_unknown_fields:
                schemas[struct.__name__]["additionalProperties"] = False
        return schemas


class _Document(JsonRenderPlugin):
    """The document; encoded when it is first requested."""

    def __init__(self, structs: StructSchemas) -> None:
        super().__init__(path="/", media_type=MediaType.JSON)
        self._structs = structs
        self._encoded = b""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Complete what Litestar has generated."""
        if not self._encoded:
            schemas = self._structs.describe()
            openapi_schema["components"]["schemas"] = schemas
            openapi_schema["paths"] |= {
                TOKEN_PATH: _describe_token(schemas["TokenRequest"]["properties"]),
                **{path: _describe_keys("The public keys (JWKS)", _OBJECT) for path in JWKS_PATHS},
                CERTIFICATES_PATH: _describe_keys("X.509 certificates in PEM, by kid", _TEXTS),
            }
            self._encoded = self.render_json(request, openapi_schema)
        return self._encoded


def build_openapi_config(structs: StructSchemas) -> OpenAPIConfig:
    """Serve the document at `/openapi.json`, and nothing else."""
    return OpenAPIConfig(
        title=f"{SERVICE_NAME} (DEV ONLY)",
        version=version(SERVICE_NAME),
        description="Mints tokens for Docker and QA stacks. Never ship it to production.",
        components=Components(
            security_schemes={"adminToken": SecurityScheme(type="http", scheme="bearer")}
        ),
        operation_id_creator=_name_operation,
        render_plugins=[_Document(structs)],
        openapi_router=Router(
            _OPENAPI_PATH,
            route_handlers=[],
            include_in_schema=False,
            before_request=_prepare,
        ),
    )


def _name_operation(handler: HTTPRouteHandler, *_: object) -> str:
    """Name an operation after its handler: `get_health` is `getHealth`."""
    first, *others = handler.handler_name.split("_")
    return first + "".join(map(str.title, others))


async def _prepare(request: Request[Any, Any, Any]) -> Response[None] | None:
    """Reject the pages that Litestar adds below the document; answer OPTIONS as everywhere."""
    if request.scope["path"] != _OPENAPI_PATH:
        raise NotFoundException
    return await answer_options(request)


def _describe_token(fields: Mapping[str, Any]) -> dict[str, Any]:
    request = {"$ref": _REFERENCE.format(name="TokenRequest")}
    answer = {"$ref": _REFERENCE.format(name="TokenResponse")}
    error = {"$ref": _REFERENCE.format(name="TokenErrorResponse")}
    rejections = {
        "400": "The request cannot be understood or met; the description names the field",
        "405": "Another method than POST",
        "413": "The body is too large",
        "415": "The body is neither JSON nor a form",
        "503": "A key of another algorithm is asked for, and it cannot be kept",
    }
    bare = {bare_type: {"schema": {"type": "string"}} for bare_type in BARE_TYPES}
    form = {"schema": request, "encoding": {"claims": {"contentType": JSON_TYPE}}}
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
            "content": {JSON_TYPE: {"schema": request}, FORM_TYPE: form},
        },
        "responses": {
            "200": _describe_response("The token", answer, bare),
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


def _describe_keys(summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    problem = {"$ref": _REFERENCE.format(name="ProblemResponse")}
    unchanged = "If-None-Match names this version"
    operation = {
        "summary": summary,
        "parameters": [{"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}],
        "responses": {
            "200": _describe_response(summary, schema),
            "304": {"description": unchanged, "headers": _DEV_MARK},
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
    return {"description": description, "headers": _DEV_MARK, "content": content}
