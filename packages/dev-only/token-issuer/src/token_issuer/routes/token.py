# DEV-ONLY: never ship to production.
"""`POST /token`.

Spec: RFC 6749 §3.2 and §5
"""

from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from token_issuer.issuing import Issuer
from token_issuer.negotiation import choose_media_type
from token_issuer.parameters import JSON_TYPE, read_token_request
from token_issuer.routes.location import find_host_url

TOKEN_PATH = "/token"  # noqa: S105  # a path, not a secret
LARGEST_BODY = 64 * 1024
BARE_TYPES = ("application/jwt", "text/plain")


@post(TOKEN_PATH, status_code=200, request_max_body_size=LARGEST_BODY)
async def mint_token(
    request: Request[Any, Any, Any],
    issuer: NamedDependency[SkipValidation[Issuer]],
) -> Response[bytes]:
    """Mint a token: as RFC 6749 JSON, or bare for shells (no line break, ready for a header)."""
    token_request = read_token_request(
        query=request.scope["query_string"],
        content_type=request.headers.get("content-type", ""),
        body=await request.body(),
        authorization=request.headers.get("authorization", ""),
    )
    answer = issuer.issue(token_request, base_url=find_host_url(request))
    accept = ",".join(request.headers.getall("accept", []))
    media_type = choose_media_type(accept, (JSON_TYPE, *BARE_TYPES))
    is_bare = media_type in BARE_TYPES
    return Response(
        answer.access_token.encode() if is_bare else msgspec.json.encode(answer),
        media_type=media_type,
        headers={"Cache-Control": "no-store", "Pragma": "no-cache", "Vary": "Accept"},
    )
