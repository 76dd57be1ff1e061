# DEV-ONLY: never ship to production.
"""The public keys.

Spec: RFC 7517 §5
"""

from litestar import HttpMethod, Response, route
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from token_issuer.issuing import Issuer
from token_issuer.parameters import JSON_TYPE

JWKS_PATHS = ["/.well-known/jwks.json", "/certs"]
"""The JWKS and its legacy alias."""


@route(JWKS_PATHS, http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def get_jwks(
    issuer: NamedDependency[SkipValidation[Issuer]],
) -> Response[bytes]:
    """Serve the JWKS as the ring encoded it."""
    return Response(
        issuer.ring.jwks,
        media_type=JSON_TYPE,
        headers={"Cache-Control": "public, max-age=300"},
    )
