# DEV-ONLY: never ship to production.
"""The discovery document: what is served here, and nothing else.

Spec: OpenID Connect Discovery §3, RFC 8414 §2
"""

from typing import Any, Final

import msgspec
from jwt_core import Algorithm
from litestar import HttpMethod, Request, Response, route
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from proxy_guard.dev_marks import JWKS_MEMBER

from token_issuer.media_types import JSON_TYPE
from token_issuer.paths import JWKS_PATHS
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.routes.location import find_base_url
from token_issuer.web.token_endpoint import TOKEN_PATH

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
_REGISTERED_CLAIMS: Final = ("aud", "exp", "iat", "iss", "sub")


@route(DISCOVERY_PATH, http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def get_discovery_document(
    request: Request[Any, Any, Any],
    issuer: NamedDependency[SkipValidation[Issuer]],
) -> Response[bytes]:
    """Serve the discovery document."""
    base = find_base_url(request, issuer.settings)
    profile = issuer.find_profile()
    document = {
        "issuer": issuer.identifier,
        "token_endpoint": base + TOKEN_PATH,
        "jwks_uri": base + JWKS_PATHS[0],
        "response_types_supported": [],  # required, and there is no authorization endpoint
        "grant_types_supported": ["client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [algorithm.value for algorithm in Algorithm],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": sorted({*_REGISTERED_CLAIMS, *profile.claims}),
        JWKS_MEMBER: True,
    }
    headers = {"Cache-Control": "public, max-age=300", "Vary": "Host"}
    return Response(msgspec.json.encode(document), media_type=JSON_TYPE, headers=headers)
