# DEV-ONLY: never ship to production.
"""`/tokeninfo`: the claims of a token, or the user and client of an access token, as at Google."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from litestar import Request, get
from litestar.params import QueryParameter

from token_issuer.errors import InvalidInputError
from token_issuer.paths import TOKEN_INFO_PATHS
from token_issuer.tokens.introspection import describe_token
from token_issuer.web.asgi import REQUEST_STATE
from token_issuer.web.routes.declarations import (
    NO_STORE,
    IssuerDependency,
    ProvidersDependency,
    describe_problems,
)

_OLD_PATH: Final = TOKEN_INFO_PATHS[-1]

# A list, since Litestar would pass only the last of several values. With a default, since its error
# message for a missing parameter repeats the query, which may hold a token.
_Tokens = Annotated[
    Sequence[str],
    QueryParameter(schema_extra={"type": "string", "items": None, "default": None}),
]


@get(
    list(TOKEN_INFO_PATHS),
    summary="Read the claims of a valid token",
    response_headers=NO_STORE,
    responses=describe_problems(),
)
async def get_token_info(
    request: Request[Any, Any, Any],
    issuer: IssuerDependency,
    providers: ProvidersDependency,
    id_token: _Tokens = (),
    access_token: _Tokens = (),
) -> dict[str, Any]:
    """Return the claims of a token as text, or the user and client of an access token."""
    tokens, access_tokens = (list(filter(None, sent)) for sent in (id_token, access_token))
    if len(tokens) + len(access_tokens) != 1:
        message = f"id_token: expected one token, as {TOKEN_INFO_PATHS[0]}?id_token=eyJ..."
        raise InvalidInputError(message, "id_token")
    if tokens:
        return describe_token(tokens[0], issuer.keys.view.verification_keys, issuer.clock)
    is_old = request.scope["state"][REQUEST_STATE].path == _OLD_PATH
    provider = providers.find(issuer.name)
    return provider.describe_access_token(access_tokens[0], issuer.clock(), is_old=is_old)
