# DEV-ONLY: never ship to production.
"""`/admin/keys`: list, rotate, remove."""

from typing import Annotated

from jwt_core import Algorithm
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from token_issuer.config.choices import RotationMode
from token_issuer.keys.description import KeyDescription, KeyList, describe_key, describe_keys
from token_issuer.keys.rotation_plan import parse_rotation_duration
from token_issuer.paths import ADMIN_KEYS_PATH, ADMIN_ROTATE_PATH
from token_issuer.web.routes.declarations import (
    ADMIN_PROBLEMS,
    IssuerDependency,
    describe_problems,
)

DurationText = Annotated[str, Meta(description="A duration such as 90s, 15m, 2h.", examples=["5s"])]


class RotateRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a new key takes over."""

    mode: Annotated[
        RotationMode,
        Meta(
            description="graceful: published first, the old key stays for its tokens. emergency: "
            "active at once, all others removed at once. sign-before-publish: the fault."
        ),
    ] = RotationMode.GRACEFUL
    alg: Annotated[Algorithm, Meta(description="Whose key rotates.")] = Algorithm.RS256
    lead: DurationText | None = None
    retention: DurationText | None = None


@get(ADMIN_KEYS_PATH, summary="List the key ring", responses=ADMIN_PROBLEMS)
async def list_keys(issuer: IssuerDependency) -> KeyList:
    """List the key ring."""
    return describe_keys(issuer.keys)


# In threads: generating an RSA key takes a quarter of a second, and both may write files.
@post(
    ADMIN_ROTATE_PATH,
    summary="Let a new key take over",
    status_code=200,
    responses=describe_problems(401, 403, 413, 503),
    sync_to_thread=True,
)
def rotate_keys(data: JSONBody[RotateRequest], issuer: IssuerDependency) -> KeyDescription:
    """Let a new key take over, and describe it."""
    key = issuer.keys.rotate(
        data.mode,
        data.alg,
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
def remove_key(kid: FromPath[str], issuer: IssuerDependency) -> KeyList:
    """Remove a key at once, and list the others."""
    issuer.keys.remove(kid)
    return describe_keys(issuer.keys)
