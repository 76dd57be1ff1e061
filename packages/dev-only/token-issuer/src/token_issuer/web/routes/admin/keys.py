# DEV-ONLY: never ship to production.
"""`/admin/keys`: list, rotate, remove."""

from typing import Annotated, Literal

from jwt_core import Algorithm
from litestar import delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from token_issuer.config.choices import RotationMode
from token_issuer.keys.description import KeyDescription, KeyList, describe_key, describe_keys
from token_issuer.keys.rotation_plan import parse_rotation_duration
from token_issuer.paths import ADMIN_KEYS_PATH, ADMIN_ROTATE_PATH
from token_issuer.web.routes.declarations import (
    ADMIN_PROBLEMS,
    IssuerDependency,
    describe_in_path,
    describe_problems,
)

_Kid = Annotated[str, describe_in_path("The kid of the key.", "dev-key")]


class RotateRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to rotate to a new key."""

    mode: Annotated[
        RotationMode,
        Meta(
            description="graceful: publish the new key before it signs, keep the old key for its "
            "tokens. emergency: sign with the new key and remove all others at once. "
            "sign-before-publish: sign before the new key is published, which is a fault."
        ),
    ] = RotationMode.GRACEFUL
    alg: Annotated[
        Literal["RS256", "PS256", "ES256", "EdDSA"],
        Meta(description="The algorithm of the new key."),
    ] = "RS256"
    lead: (
        Annotated[
            str,
            Meta(
                description="How long the new key is published before it signs; in mode "
                "sign-before-publish, how long it signs before it is published. By default, longer "
                "than caches may keep the key documents.",
                examples=["90s"],
            ),
        ]
        | None
    ) = None
    retention: (
        Annotated[
            str,
            Meta(
                description="How long the old key stays published after its last signature. By "
                "default, at least as long as its tokens are valid.",
                examples=["15m"],
            ),
        ]
        | None
    ) = None


@get(ADMIN_KEYS_PATH, summary="List the key ring", responses=ADMIN_PROBLEMS)
async def list_keys(issuer: IssuerDependency) -> KeyList:
    """List the key ring."""
    return describe_keys(issuer.keys)


# In threads, since rotation generates a key, and both may write files.
@post(
    ADMIN_ROTATE_PATH,
    summary="Rotate to a new key",
    status_code=200,
    responses=describe_problems(401, 403, 409, 413, 415, 503),
    sync_to_thread=True,
)
def rotate_keys(data: JSONBody[RotateRequest], issuer: IssuerDependency) -> KeyDescription:
    """Rotate to a new key, and describe it."""
    key = issuer.keys.rotate(
        data.mode,
        Algorithm(data.alg),
        lead=parse_rotation_duration("lead", data.lead),
        retention=parse_rotation_duration("retention", data.retention),
    )
    return describe_key(key, issuer.keys.clock())


@delete(
    f"{ADMIN_KEYS_PATH}/{{kid:str}}",
    summary="Remove a key at once",
    status_code=200,
    responses=describe_problems(401, 403, 404, 409, 503),
    sync_to_thread=True,
)
def remove_key(kid: _Kid, issuer: IssuerDependency) -> KeyList:
    """Remove a key at once, and list the key ring."""
    issuer.keys.remove(kid)
    return describe_keys(issuer.keys)
