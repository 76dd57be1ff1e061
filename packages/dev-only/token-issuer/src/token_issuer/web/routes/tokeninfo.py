# DEV-ONLY: never ship to production.
"""`/tokeninfo?id_token=`: Google's endpoint for looking into a token while debugging."""

from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from litestar import HttpMethod, Request, Response, route
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from token_issuer.errors import TokenRequestError
from token_issuer.media_types import JSON_TYPE
from token_issuer.tokens.introspection import describe_token
from token_issuer.tokens.issuer import Issuer

TOKENINFO_PATH: Final = "/tokeninfo"
_FIELD: Final = "id_token"


@route(TOKENINFO_PATH, http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def get_token_info(
    request: Request[Any, Any, Any],
    issuer: NamedDependency[SkipValidation[Issuer]],
) -> Response[bytes]:
    """Say what a valid token holds."""
    query = parse_qs(request.scope["query_string"].decode("ascii", errors="replace"))
    tokens = query.get(_FIELD, [])
    if len(tokens) != 1:
        message = f"{_FIELD}: expected one token, as {TOKENINFO_PATH}?{_FIELD}=eyJ…"
        raise TokenRequestError(message, _FIELD)
    described = describe_token(tokens[0], issuer.keys.view.verification_keys, issuer.clock)
    return Response(
        msgspec.json.encode(described),
        media_type=JSON_TYPE,
        headers={"Cache-Control": "no-store"},
    )
