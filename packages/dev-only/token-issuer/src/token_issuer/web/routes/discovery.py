# DEV-ONLY: never ship to production.
"""The discovery document. It lists only endpoints that exist.

Spec: OpenID Connect Discovery §3, RFC 8414 §2
"""

from typing import Any, Final

from litestar import Request, get
from msgspec import Struct, field
from proxy_guard.dev_marks import JWKS_MEMBER

from token_issuer.config.choices import ALGORITHMS
from token_issuer.errors import InvalidInputError
from token_issuer.paths import JWKS_PATHS, TOKEN_PATH
from token_issuer.web.asgi import REQUEST_STATE
from token_issuer.web.routes.declarations import SHORT_CACHE, IssuerDependency, describe_problems

_REGISTERED_CLAIMS: Final = ("aud", "exp", "iat", "iss", "sub")


class DiscoveryDocument(Struct, frozen=True, kw_only=True):
    """The metadata of the issuer for relying parties."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    response_types_supported: list[str]
    grant_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    claims_supported: list[str]
    dev_only: bool = field(name=JWKS_MEMBER, default=True)


@get(
    "/.well-known/openid-configuration",
    summary="Get the discovery document",
    response_headers={**SHORT_CACHE, "Vary": "Host"},
    responses=describe_problems(),
)
async def get_discovery_document(
    request: Request[Any, Any, Any], issuer: IssuerDependency
) -> DiscoveryDocument:
    """Serve the discovery document.

    The URLs of the endpoints start with the public URL of the settings, or else with the base URL
    of the request. They do not depend on the `iss` claim.
    """
    base = issuer.settings.public_url or request.scope["state"][REQUEST_STATE].host_url
    if base is None:
        message = (
            "Host: expected HOST or HOST:PORT, for the URLs of the endpoints; send a valid Host"
        )
        raise InvalidInputError(message, "Host")
    return DiscoveryDocument(
        issuer=issuer.identifier,
        token_endpoint=base + TOKEN_PATH,
        jwks_uri=base + JWKS_PATHS[0],
        response_types_supported=[],  # required, but there is no authorization endpoint
        grant_types_supported=["client_credentials"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=list(ALGORITHMS),
        token_endpoint_auth_methods_supported=["client_secret_post", "client_secret_basic"],
        claims_supported=sorted({*_REGISTERED_CLAIMS, *issuer.find_profile().claims}),
    )
