# DEV-ONLY: never ship to production.
"""Is it up?"""

from typing import Final

import msgspec
from litestar import HttpMethod, Response, route
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from token_issuer.media_types import JSON_TYPE
from token_issuer.tokens.issuer import Issuer

HEALTH_PATH: Final = "/health"


@route(HEALTH_PATH, http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def get_health(
    issuer: NamedDependency[SkipValidation[Issuer]],
) -> Response[bytes]:
    """Say that requests are answered, and which key signs."""
    return Response(
        msgspec.json.encode({"status": "ok", "kid": issuer.keys.view.default_kid}),
        media_type=JSON_TYPE,
        headers={"Cache-Control": "no-store"},
    )
