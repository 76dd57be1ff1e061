# DEV-ONLY: never ship to production.
"""`/openapi.json`: the OpenAPI document, which Litestar generates from the routes.

Where Litestar's description is wrong or missing, `_complete` and the other modules `openapi_…`
correct it. The tags of its operations are the groups of the API reference.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Router
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, Schema, SecurityScheme, Tag
from litestar.plugins import OpenAPISchemaPlugin
from litestar.routes import BaseRoute
from proxy_guard.dev_marks import SERVICE_NAME

from token_issuer.faults.descriptions import describe_fault_kinds
from token_issuer.faults.fault import Fault
from token_issuer.google.jwt_bearer import MachineIdToken
from token_issuer.google.machine_tokens import MachineToken
from token_issuer.google.token_exchange import FederatedToken
from token_issuer.oauth.token_response import LoginTokens
from token_issuer.paths import OPENAPI_PATH
from token_issuer.tokens.messages import TokenRequest, TokenResponse
from token_issuer.web.errors import GoogleErrorResponse, TokenErrorResponse
from token_issuer.web.routes.openapi_logins import complete_token_info, describe_login_paths
from token_issuer.web.routes.openapi_machines import describe_machine_paths
from token_issuer.web.routes.openapi_paths import DEV_MARK, REFERENCE, describe_paths
from token_issuer.web.routes.openapi_surfaces import describe_surface_paths

ADMIN_SECURITY: Final[list[dict[str, list[str]]]] = [{}, {"adminToken": []}]
_TAGS: Final = (
    Tag("tokens", "Mint tokens of any kind, and read the claims of a token."),
    Tag("keys", "The public keys of the issuer, in each form in which verifiers fetch them."),
    Tag("discovery", "What clients need to know about the issuer, and whether it is healthy."),
    Tag("defects", "What can be wrong with a token or a login, and the keys of the attacker."),
    Tag("logins", "Log users in, and see, introspect and revoke their tokens."),
    Tag("machines", "Google's APIs for machines: token exchange, IAM, metadata server, Firebase."),
    Tag(
        "admin",
        "Controls and inspection for tests. If `TOKEN_ISSUER_ADMIN_TOKEN` is set, each request "
        "needs its value as a bearer token, in the `Authorization` field.",
    ),
    Tag("console", "The pages for browsers."),
)
_ROOT: Final = "/"


class StructSchemas(OpenAPISchemaPlugin):
    """Collects the Structs of the routes. msgspec validates them and generates their schemas.

    Litestar's own schemas of Structs lack `enum` and `additionalProperties`, and use `oneOf` for
    types that overlap, such as integer and number.
    """

    def __init__(self) -> None:
        self._structs: set[type[msgspec.Struct]] = {
            Fault,  # a part of FaultRequest
            FederatedToken,
            GoogleErrorResponse,
            LoginTokens,
            MachineIdToken,
            MachineToken,
            TokenErrorResponse,
            TokenRequest,
            TokenResponse,
        }

    @staticmethod
    def is_plugin_supported_field(field_definition: Any) -> bool:
        """Tell whether a type is a Struct."""
        return bool(field_definition.is_subclass_of(msgspec.Struct))

    def to_openapi_schema(self, field_definition: Any, schema_creator: Any) -> Schema:
        """Register a Struct, and return an empty schema, which `describe` replaces."""
        self._structs.add(field_definition.annotation)
        schema: Schema = schema_creator.create_component_schema(
            field_definition, required=[], property_fields={}
        )
        return schema

    def describe(self) -> dict[str, Any]:
        """Return the schemas of all registered Structs and their parts, by name."""
        structs = sorted(self._structs, key=lambda struct: struct.__name__)
        _, schemas = msgspec.json.schema_components(
            structs, schema_hook=_describe_time, ref_template=REFERENCE
        )
        for struct in structs:
            if struct.__struct_config__.forbid_unknown_fields:
                schemas[struct.__name__]["additionalProperties"] = False
        schemas[Fault.__name__]["x-kinds"] = describe_fault_kinds()
        return schemas


def _describe_time(kind: type) -> dict[str, Any]:
    """Describe `datetime`, which msgspec does not recognise while freezegun replaces it."""
    if issubclass(kind, datetime):
        return {"type": "string"}
    raise NotImplementedError


class _Document(JsonRenderPlugin):
    """The OpenAPI document, encoded when it is first requested."""

    def __init__(self, structs: StructSchemas) -> None:
        super().__init__(path=_ROOT, media_type=MediaType.JSON)
        self._structs = structs
        self._encoded = b""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the document that Litestar has generated, corrected."""
        if not self._encoded:
            schemas = self._structs.describe()
            openapi_schema["components"]["schemas"] = schemas
            for item in openapi_schema["paths"].values():
                for operation in item.values():
                    _complete(operation)
            openapi_schema["paths"] |= describe_paths(schemas) | describe_login_paths()
            openapi_schema["paths"] |= describe_machine_paths() | describe_surface_paths()
            complete_token_info(openapi_schema["paths"])
            self._encoded = self.render_json(request, openapi_schema)
        return self._encoded


class _DocumentRouter(Router):
    """Router that accepts only the route of the document itself.

    Litestar also registers a page for unknown paths below the path of this router, and a second
    path of the document.
    """

    def register(self, value: Any) -> list[BaseRoute]:
        """Register the handler at the root of this router, and ignore all others."""
        return super().register(value) if value.paths == {_ROOT} else []


def build_openapi_config(structs: StructSchemas) -> OpenAPIConfig:
    """Return the configuration that serves the document at `/openapi.json`."""
    return OpenAPIConfig(
        title=f"{SERVICE_NAME} (DEV ONLY)",
        version=version(SERVICE_NAME),
        description="Issues tokens for Docker and QA stacks. Never ship it to production.",
        components=Components(
            security_schemes={"adminToken": SecurityScheme(type="http", scheme="bearer")}
        ),
        tags=list(_TAGS),
        operation_id_creator=_name_operation,
        render_plugins=[_Document(structs)],
        openapi_router=_DocumentRouter(OPENAPI_PATH, route_handlers=[], include_in_schema=False),
    )


def read_document(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Return the document that the application of *request* serves."""
    config: Any = request.app.openapi_config
    [plugin] = config.render_plugins
    encoded: bytes = plugin.render(request, request.app.openapi_schema.to_schema())
    document: dict[str, Any] = msgspec.json.decode(encoded)
    return document


def _name_operation(handler: HTTPRouteHandler, method: str, path: Sequence[Any]) -> str:
    """Derive the name of an operation from its handler: `getHealth` from `get_health`.

    If a handler has several paths, the names are derived from these.
    """
    words = handler.handler_name.split("_")
    if len(handler.paths) > 1:
        words = [HttpMethod(method).value.lower(), *map(str, path)]
    first, *others = words
    return first + "".join(map(str.title, others))


def _complete(operation: dict[str, Any]) -> None:
    """Correct Litestar's description of a response, a body and parameters."""
    success = operation["responses"]["200"]
    success["description"] = operation["summary"]
    success["headers"] |= DEV_MARK
    for parameter in operation.get("parameters", ()):
        if parameter["required"] or parameter["schema"].get("default") in ((), []):
            parameter["schema"].pop("default", None)  # it only replaces Litestar's error message
    if "requestBody" in operation:
        operation["requestBody"]["required"] = False  # an empty body is read as an empty object
