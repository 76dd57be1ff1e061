# DEV-ONLY: never ship to production.
"""`POST /token`."""

from typing import Any

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from token_issuer.tokens.issuer import Issuer
from token_issuer.web.responses import RawResponse
from token_issuer.web.token_endpoint import MAX_BODY_BYTES, TOKEN_PATH, answer_token_request


@post(TOKEN_PATH, status_code=200, request_max_body_size=MAX_BODY_BYTES)
async def mint_token(
    request: Request[Any, Any, Any],
    issuer: NamedDependency[SkipValidation[Issuer]],
) -> RawResponse:
    """Mint a token."""
    return answer_token_request(issuer, request.scope, await request.body())
