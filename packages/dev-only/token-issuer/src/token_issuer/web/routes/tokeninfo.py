# DEV-ONLY: never ship to production.
"""`/tokeninfo`: the claims of a token, or the party of an access token, as at Google."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from litestar import Request, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import QueryParameter
from msgspec.structs import replace

from token_issuer.errors import InvalidInputError
from token_issuer.google.providers import Providers
from token_issuer.paths import TOKEN_INFO_PATHS
from token_issuer.tokens.introspection import describe_token
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.asgi import REQUEST_STATE
from token_issuer.web.handlers import MAX_BODY_BYTES
from token_issuer.web.logins.credentials import read_access_tokens
from token_issuer.web.parameters import decode_pairs, read_form
from token_issuer.web.routes.declarations import (
    NO_STORE,
    IssuerDependency,
    ProvidersDependency,
    describe_problems,
)
from token_issuer.web.routes.openapi_paths import EXAMPLE_TOKEN

_OLD_PATH: Final = TOKEN_INFO_PATHS[-1]

# A list, since Litestar would pass only the last of several values. With a default, since its error
# message for a missing parameter repeats the query, which may hold a token.
_TEXT: Final = {"type": "string", "items": None, "default": None}
_AccessTokens = Annotated[Sequence[str], QueryParameter(schema_extra=_TEXT)]
_IdTokens = Annotated[
    Sequence[str], QueryParameter(schema_extra={**_TEXT, "examples": [EXAMPLE_TOKEN]})
]


@get(
    list(TOKEN_INFO_PATHS),
    summary="Read the claims of a valid token",
    response_headers=NO_STORE,
    responses=describe_problems(),
    tags=["tokens"],
)
async def get_token_info(
    request: Request[Any, Any, Any],
    issuer: IssuerDependency,
    providers: ProvidersDependency,
    id_token: _IdTokens = (),
    access_token: _AccessTokens = (),
) -> dict[str, Any]:
    """Return the claims of a token as text, or the user, client or account of an access token."""
    path = request.scope["state"][REQUEST_STATE].path
    return await _describe(issuer, providers, path, id_token, access_token)


@post(
    list(TOKEN_INFO_PATHS),
    summary="Read the claims of a valid token in the form or the Authorization field",
    status_code=200,
    request_max_body_size=MAX_BODY_BYTES,
    response_headers=NO_STORE,
    responses=describe_problems(413, 415),
    tags=["tokens"],
)
async def post_token_info(
    request: Request[Any, Any, Any], issuer: IssuerDependency, providers: ProvidersDependency
) -> dict[str, Any]:
    """Do the same for a token that is not in the URL: Google's library for Node sends it so."""
    sent = replace(request.scope["state"][REQUEST_STATE], body=await request.body())
    pairs = decode_pairs(sent.query, "query string") + read_form(sent)
    id_tokens = [value for name, value in pairs if name == "id_token"]
    return await _describe(issuer, providers, sent.path, id_tokens, read_access_tokens(sent))


async def _describe(
    issuer: Issuer,
    providers: Providers,
    path: str,
    id_tokens: Sequence[str],
    access_tokens: Sequence[str],
) -> dict[str, Any]:
    ids, accesses = list(filter(None, id_tokens)), list(filter(None, access_tokens))
    if len(ids) + len(accesses) != 1:
        message = f"id_token: expected one token, as {TOKEN_INFO_PATHS[0]}?id_token=eyJ..."
        raise InvalidInputError(message, "id_token")
    if ids:
        return describe_token(ids[0], issuer.keys.view.verification_keys, issuer.clock)
    token, now, is_old = accesses[0], issuer.clock(), path == _OLD_PATH
    machines = providers.find_machines(issuer.name)
    described = await sync_to_thread(machines.describe_access_token, token, now, is_old=is_old)
    if described is not None:
        return described
    return providers.find(issuer.name).describe_access_token(token, now, is_old=is_old)
