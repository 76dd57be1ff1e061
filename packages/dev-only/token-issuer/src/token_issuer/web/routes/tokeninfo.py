# DEV-ONLY: never ship to production.
"""`/tokeninfo?id_token=`: Google's endpoint for looking into a token while debugging."""

from collections.abc import Sequence
from typing import Annotated, Final

from litestar import get
from litestar.params import QueryParameter

from token_issuer.errors import InvalidInputError
from token_issuer.tokens.introspection import describe_token
from token_issuer.web.routes.declarations import NO_STORE, IssuerDependency, describe_problems

_PATH: Final = "/tokeninfo"

# A list, since Litestar reads the last one of several values into a string. With a default, since
# its own message for a missing parameter repeats the query.
_IdToken = Annotated[
    Sequence[str], QueryParameter(description="One token of this issuer.", required=True)
]


@get(
    _PATH,
    summary="What a valid token holds, as text",
    response_headers=NO_STORE,
    responses=describe_problems(),
)
async def get_token_info(issuer: IssuerDependency, id_token: _IdToken = ()) -> dict[str, str]:
    """Return the claims of a valid token as text."""
    if len(id_token) != 1:
        message = f"id_token: expected one token, as {_PATH}?id_token=eyJ..."
        raise InvalidInputError(message, "id_token")
    return describe_token(id_token[0], issuer.keys.view.verification_keys, issuer.clock)
