# DEV-ONLY: never ship to production.
"""The admin surface in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any, Final

from token_issuer.media_types import JSON_TYPE
from token_issuer.web.routes.admin.router import ADMIN_PREFIX
from token_issuer.web.routes.openapi.reading import DEV_MARK, PROBLEM

_KID: Final = {"name": "kid", "in": "path", "required": True, "schema": {"type": "string"}}
_FILTERS: Final = [
    {
        "name": "path",
        "in": "query",
        "description": "Only requests for this path.",
        "schema": {"type": "string", "examples": ["/.well-known/jwks.json"]},
    },
    {
        "name": "limit",
        "in": "query",
        "description": "At most this many, the latest.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    },
]


def describe_admin_paths(references: Mapping[str, Any]) -> dict[str, Any]:
    """Describe `/admin`, which is served on loopback, or where a secret is set."""
    keys, clock = references["KeyList"], references["ClockReading"]
    requests, key = references["RequestList"], references["KeyDescription"]
    rotation, turning = references["RotateRequest"], references["ClockRequest"]
    faults, setting = references["FaultList"], references["FaultRequest"]
    return {
        f"{ADMIN_PREFIX}/keys": {"get": _describe("List the key ring", keys)},
        f"{ADMIN_PREFIX}/keys/rotate": {
            "post": _describe("Let a new key take over", key, body=rotation, errors=("503",))
        },
        f"{ADMIN_PREFIX}/keys/{{kid}}": {
            "delete": _describe(
                "Remove a key at once", keys, parameters=[_KID], errors=("404", "409", "503")
            )
        },
        f"{ADMIN_PREFIX}/clock": {
            "get": _describe("Read the clock", clock),
            "put": _describe("Turn the clock", clock, body=turning),
            "delete": _describe("Go by the machine's clock again", clock),
        },
        f"{ADMIN_PREFIX}/faults": {
            "get": _describe("List the faults of the key endpoints", faults),
            "put": _describe("Set the faults of the key endpoints", faults, body=setting),
            "delete": _describe("Let the key endpoints behave", faults),
        },
        f"{ADMIN_PREFIX}/requests": {
            "get": _describe("List and count requests", requests, parameters=_FILTERS),
            "delete": _describe("Forget all requests", requests, parameters=_FILTERS),
        },
    }


def _describe(
    summary: str,
    schema: Any,
    *,
    body: Any = None,
    parameters: list[dict[str, Any]] | None = None,
    errors: tuple[str, ...] = (),
) -> dict[str, Any]:
    statuses = ("400", "401", "403", "404", "405", "413", *errors)
    operation: dict[str, Any] = {
        "summary": summary,
        "tags": ["admin"],
        "security": [{}, {"adminToken": []}],
        "parameters": parameters or [],
        "responses": {
            "200": {
                "description": summary,
                "headers": DEV_MARK,
                "content": {JSON_TYPE: {"schema": schema}},
            },
            **dict.fromkeys(statuses, PROBLEM),
        },
    }
    if body is not None:
        operation["requestBody"] = {"required": False, "content": {JSON_TYPE: {"schema": body}}}
    return operation
