# DEV-ONLY: never ship to production.
"""`POST /token`."""

from typing import Any

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from token_issuer.answering.answer import Answer
from token_issuer.answering.tokens import LARGEST_BODY, TOKEN_PATH, answer_token_request
from token_issuer.issuing import Issuer


@post(TOKEN_PATH, status_code=200, request_max_body_size=LARGEST_BODY)
async def mint_token(
    request: Request[Any, Any, Any],
    issuer: NamedDependency[SkipValidation[Issuer]],
) -> Answer:
    """Mint a token."""
    return answer_token_request(issuer, request.scope, await request.body())
