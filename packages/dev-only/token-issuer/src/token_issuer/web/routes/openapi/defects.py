# DEV-ONLY: never ship to production.
"""`/defects` and `/attacker` in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any, Final

from token_issuer.media_types import JSON_TYPE
from token_issuer.paths import ATTACKER_CERTIFICATES_PATH, ATTACKER_JWKS_PATH
from token_issuer.web.routes.attacker import PEM_TYPE
from token_issuer.web.routes.defects import DEFECTS_PATH
from token_issuer.web.routes.openapi.reading import DEV_MARK, PROBLEM

_ID: Final = {"name": "defect", "in": "path", "required": True, "schema": {"type": "string"}}


def describe_defect_paths(references: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the catalogue, and what its attacker publishes."""
    return {
        DEFECTS_PATH: _describe("What can be wrong with a token", references["DefectList"]),
        f"{DEFECTS_PATH}/{{defect}}": _describe(
            "One defect", references["DefectDescription"], parameters=[_ID]
        ),
        ATTACKER_JWKS_PATH: _describe(
            "The attacker's keys, where a jku points to", {"type": "object"}
        ),
        ATTACKER_CERTIFICATES_PATH: _describe(
            "The attacker's certificate, where an x5u points to",
            {"type": "string"},
            media_type=PEM_TYPE,
        ),
    }


def _describe(
    summary: str,
    schema: Any,
    *,
    parameters: list[dict[str, Any]] | None = None,
    media_type: str = JSON_TYPE,
) -> dict[str, Any]:
    operation = {
        "summary": summary,
        "tags": ["defects"],
        "parameters": parameters or [],
        "responses": {
            "200": {
                "description": summary,
                "headers": DEV_MARK,
                "content": {media_type: {"schema": schema}},
            },
            "404": PROBLEM,
            "405": PROBLEM,
        },
    }
    return {"get": operation}
