# DEV-ONLY: never ship to production.
"""`/admin/keys`: list, rotate, remove."""

from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from token_issuer.keys.description import describe_key, describe_keys
from token_issuer.keys.rotation_plan import parse_rotation_duration
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.routes.admin.bodies import MAX_BODY_BYTES, answer, read_body
from token_issuer.web.routes.admin.schemas import RotateRequest


@get("/keys")
async def list_keys(issuer: NamedDependency[SkipValidation[Issuer]]) -> Response[bytes]:
    """List the ring."""
    return answer(describe_keys(issuer.keys))


@post("/keys/rotate", status_code=200, request_max_body_size=MAX_BODY_BYTES)
async def rotate_keys(
    request: Request[Any, Any, Any], issuer: NamedDependency[SkipValidation[Issuer]]
) -> Response[bytes]:
    """Let a new key take over, and describe it."""
    body = read_body(await request.body(), RotateRequest)
    key = await sync_to_thread(  # making an RSA key takes a quarter of a second
        issuer.keys.rotate,
        body.mode,
        body.alg,
        lead=parse_rotation_duration("lead", body.lead),
        retention=parse_rotation_duration("retention", body.retention),
    )
    return answer(describe_key(key, issuer.keys.clock()))


@delete("/keys/{kid:str}", status_code=200)
async def remove_key(
    kid: FromPath[str], issuer: NamedDependency[SkipValidation[Issuer]]
) -> Response[bytes]:
    """Remove a key at once, and list what is left."""
    await sync_to_thread(issuer.keys.remove, kid)
    return answer(describe_keys(issuer.keys))
