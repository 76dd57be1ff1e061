# DEV-ONLY: never ship to production.
"""Descriptions of the paths of machines: token exchange and IAM credentials."""

from collections.abc import Mapping
from typing import Any, Final

from token_issuer.google.iam_credentials import METHODS
from token_issuer.google.token_exchange import ACCESS_TOKEN_TYPE, SUBJECT_TOKEN_TYPES
from token_issuer.grant_types import TOKEN_EXCHANGE
from token_issuer.media_types import FORM_TYPE, JSON_TYPE
from token_issuer.paths import IAM_PREFIX, TOKEN_EXCHANGE_PATH
from token_issuer.web.routes.openapi_paths import (
    DEV_MARK,
    EXAMPLE_ACCOUNT,
    EXAMPLE_TOKEN,
    REFERENCE,
)

_TEXT: Final = {"type": "string"}
_OBJECT: Final = {"type": "object"}
_PARAMETERS: Final[Mapping[str, Any]] = {
    "grant_type": {"type": "string", "examples": [TOKEN_EXCHANGE]},
    "audience": _TEXT,
    "scope": {"type": "string", "examples": ["openid"]},
    "subject_token": {"type": "string", "examples": [EXAMPLE_TOKEN]},
    "subject_token_type": {"type": "string", "examples": list(SUBJECT_TOKEN_TYPES)},
    "requested_token_type": {"type": "string", "examples": [ACCESS_TOKEN_TYPE]},
}
_REJECTIONS: Final = {
    "400": "The request is invalid; the message names the field",
    "404": "Several processes serve the issuer, or the account or method is unknown",
    "405": "The method is not POST",
    "413": "The body is too large",
    "415": "The body has another media type, or it is compressed",
}
_IAM_REJECTIONS: Final = {
    "401": "The access token is missing or invalid",
    "403": "The scope of the access token does not suffice",
}


def describe_machine_paths() -> dict[str, dict[str, Any]]:
    """Return the descriptions by path."""
    form = {"type": "object", "properties": dict(_PARAMETERS)}
    exchange = {
        "operationId": "exchangeToken",
        "summary": "Exchange the token of another issuer for a federated access token",
        "tags": ["machines"],
        "requestBody": {
            "required": False,
            "content": {FORM_TYPE: {"schema": form}, JSON_TYPE: {"schema": _OBJECT}},
        },
        "responses": _describe_responses("FederatedToken", "TokenErrorResponse", _REJECTIONS),
    }
    iam = {
        "operationId": "callIamCredentials",
        "summary": "Get a token or a signature of a service account",
        "description": f"The last segment is EMAIL:METHOD, with one of {', '.join(METHODS)}.",
        "tags": ["machines"],
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string", "examples": [example]},
            }
            for name, example in (
                ("project", "-"),
                ("target", f"{EXAMPLE_ACCOUNT}:{next(iter(METHODS))}"),
            )
        ],
        "requestBody": {"required": False, "content": {JSON_TYPE: {"schema": _OBJECT}}},
        "responses": _describe_responses(
            None, "GoogleErrorResponse", {**_REJECTIONS, **_IAM_REJECTIONS}
        ),
    }
    return {
        TOKEN_EXCHANGE_PATH: {"post": exchange},
        f"{IAM_PREFIX}{{project}}/serviceAccounts/{{target}}": {"post": iam},
    }


def _describe_responses(
    success: str | None, failure: str, rejections: Mapping[str, str]
) -> dict[str, Any]:
    described = {"200": ("The result", success)}
    described |= {status: (text, failure) for status, text in sorted(rejections.items())}
    return {
        status: {
            "description": text,
            "headers": DEV_MARK,
            "content": {
                JSON_TYPE: {"schema": {"$ref": REFERENCE.format(name=name)} if name else _OBJECT}
            },
        }
        for status, (text, name) in described.items()
    }
