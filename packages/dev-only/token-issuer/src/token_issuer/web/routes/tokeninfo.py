# DEV-ONLY: never ship to production.
"""`/tokeninfo?id_token=`: the claims of a token, for debugging, at Google's path."""

from collections.abc import Sequence
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from token_issuer.errors import InvalidInputError
from token_issuer.paths import TOKEN_INFO_PATH
from token_issuer.tokens.introspection import describe_token
from token_issuer.web.routes.declarations import NO_STORE, IssuerDependency, describe_problems

# A list, since Litestar would pass only the last of several values. With a default, since its error
# message for a missing parameter repeats the query, which may hold a token.
_IdToken = Annotated[
    Sequence[str],
    QueryParameter(
        description="A token of this issuer.",
        required=True,
        schema_extra={"type": "string", "items": None, "default": None},
    ),
]


@get(
    TOKEN_INFO_PATH,
    summary="Read the claims of a valid token",
    response_headers=NO_STORE,
    responses=describe_problems(),
)
async def get_token_info(issuer: IssuerDependency, id_token: _IdToken = ()) -> dict[str, str]:
    """Return the claims of a valid token, each as text."""
    tokens = [token for token in id_token if token]
    if len(tokens) != 1:
        message = f"id_token: expected one token, as {TOKEN_INFO_PATH}?id_token=eyJ..."
        raise InvalidInputError(message, "id_token")
    return describe_token(tokens[0], issuer.keys.view.verification_keys, issuer.clock)
