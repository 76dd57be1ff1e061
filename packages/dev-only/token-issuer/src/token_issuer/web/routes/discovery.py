# DEV-ONLY: never ship to production.
"""The discovery document. It lists only endpoints that exist.

A client rejects the document unless it names exactly the issuer URL with which it is configured.

Spec: OpenID Connect Discovery §3, RFC 8414 §2
"""

import logging
from typing import Any, Final
from urllib.parse import unquote

from litestar import Request, get
from msgspec import Struct, field
from proxy_guard.dev_marks import JWKS_MEMBER

from token_issuer.config.choices import ALGORITHMS
from token_issuer.errors import InvalidInputError
from token_issuer.paths import (
    JWKS_PATHS,
    OAUTH_DISCOVERY_PATH,
    OPENID_DISCOVERY_PATH,
    TOKEN_PATH,
)
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.asgi import REQUEST_STATE
from token_issuer.web.routes.declarations import SHORT_CACHE, IssuerDependency, describe_problems

logger = logging.getLogger(__name__)

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


def _build_route_options(summary: str) -> dict[str, Any]:
    return {
        "summary": summary,
        "response_headers": {**SHORT_CACHE, "Vary": "Host"},
        "responses": describe_problems(),
    }


@get(OPENID_DISCOVERY_PATH, **_build_route_options("Get the discovery document"))
async def get_discovery_document(
    request: Request[Any, Any, Any], issuer: IssuerDependency
) -> DiscoveryDocument:
    """Serve the discovery document at the path of OpenID Connect."""
    return _describe_issuer(request, issuer)


@get(OAUTH_DISCOVERY_PATH, **_build_route_options("Get the discovery document for OAuth"))
async def get_authorization_server_metadata(
    request: Request[Any, Any, Any], issuer: IssuerDependency
) -> DiscoveryDocument:
    """Serve the same document at the path of OAuth."""
    return _describe_issuer(request, issuer)


def _describe_issuer(request: Request[Any, Any, Any], issuer: Issuer) -> DiscoveryDocument:
    """Return the metadata of *issuer*.

    The URLs of the endpoints start with the public URL of the settings, or else with the base URL
    of the request. They do not depend on the `iss` claim.
    """
    requested = request.scope["state"][REQUEST_STATE].base_url
    base = issuer.settings.public_url or requested
    if base is None:
        message = (
            "Host: expected HOST or HOST:PORT, for the URLs of the endpoints; send a valid Host"
        )
        raise InvalidInputError(message, "Host")
    _hint_at_setting(request, issuer, requested)
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


def _hint_at_setting(
    request: Request[Any, Any, Any], issuer: Issuer, requested: str | None
) -> None:
    """Log once for each issuer that a client fetched the document by another URL."""
    hinted: set[str] = request.app.state.setdefault("hinted_issuers", set())
    if requested is None or issuer.name in hinted or _is_same_url(requested, issuer.identifier):
        return
    hinted.add(issuer.name)
    logger.warning(
        "the discovery document was fetched from %s, but names the issuer %s, so OpenID Connect "
        "clients reject it; configure them with the URL of the issuer, or set "
        "TOKEN_ISSUER_ISSUER=self and TOKEN_ISSUER_PUBLIC_URL=%s (in pytest and in [issuers.NAME], "
        "issuer='self')",
        requested,
        issuer.identifier,
        requested.removesuffix(issuer.path),
    )


def _is_same_url(requested: str, identifier: str) -> bool:
    """Compare as a client does that omits a slash at the end, and may change the host's case."""
    return requested.lower() == unquote(identifier).rstrip("/").lower()
