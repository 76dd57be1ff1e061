# DEV-ONLY: never ship to production.
"""The discovery document. It lists only endpoints that exist.

A client rejects the document unless it names exactly the issuer URL with which it is configured.

Spec: OpenID Connect Discovery §3, RFC 8414 §2
"""

import logging
from typing import Any, Final
from urllib.parse import unquote

from litestar import Request, get
from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace
from proxy_guard.dev_marks import JWKS_MEMBER

from token_issuer.config.choices import ALGORITHMS
from token_issuer.google.providers import Providers
from token_issuer.grant_types import CLIENT_CREDENTIALS, STATEFUL_GRANT_TYPES
from token_issuer.paths import (
    AUTHORIZE_PATHS,
    DEVICE_AUTHORIZATION_PATH,
    INTROSPECTION_PATH,
    JWKS_PATH,
    LOGOUT_PATH,
    OAUTH_DISCOVERY_PATH,
    OPENID_DISCOVERY_PATH,
    REVOCATION_PATH,
    TOKEN_PATH,
    USERINFO_PATHS,
)
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.asgi import REQUEST_STATE
from token_issuer.web.request import Request as IssuerRequest
from token_issuer.web.routes.declarations import (
    SHORT_CACHE,
    IssuerDependency,
    ProvidersDependency,
    describe_problems,
)
from token_issuer.web.urls import get_browser_url, get_client_url

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
    authorization_endpoint: str | UnsetType = UNSET
    userinfo_endpoint: str | UnsetType = UNSET
    introspection_endpoint: str | UnsetType = UNSET
    revocation_endpoint: str | UnsetType = UNSET
    device_authorization_endpoint: str | UnsetType = UNSET
    end_session_endpoint: str | UnsetType = UNSET
    response_modes_supported: list[str] | UnsetType = UNSET
    scopes_supported: list[str] | UnsetType = UNSET
    prompt_values_supported: list[str] | UnsetType = UNSET
    code_challenge_methods_supported: list[str] | UnsetType = UNSET
    introspection_endpoint_auth_methods_supported: list[str] | UnsetType = UNSET
    revocation_endpoint_auth_methods_supported: list[str] | UnsetType = UNSET
    authorization_response_iss_parameter_supported: bool | UnsetType = UNSET
    claims_parameter_supported: bool | UnsetType = UNSET
    request_parameter_supported: bool | UnsetType = UNSET
    request_uri_parameter_supported: bool | UnsetType = UNSET
    dev_only: bool = field(name=JWKS_MEMBER, default=True)


def _build_route_options(summary: str) -> dict[str, Any]:
    return {
        "summary": summary,
        "response_headers": {**SHORT_CACHE, "Vary": "Host"},
        "responses": describe_problems(),
        "tags": ["discovery"],
    }


@get(OPENID_DISCOVERY_PATH, **_build_route_options("Get the discovery document"))
async def get_discovery_document(
    request: Request[Any, Any, Any], issuer: IssuerDependency, providers: ProvidersDependency
) -> DiscoveryDocument:
    """Serve the discovery document at the path of OpenID Connect."""
    return _serve_document(request, issuer, providers)


@get(OAUTH_DISCOVERY_PATH, **_build_route_options("Get the discovery document for OAuth"))
async def get_authorization_server_metadata(
    request: Request[Any, Any, Any], issuer: IssuerDependency, providers: ProvidersDependency
) -> DiscoveryDocument:
    """Serve the same document at the path of OAuth."""
    return _serve_document(request, issuer, providers)


def _serve_document(
    request: Request[Any, Any, Any], issuer: Issuer, providers: Providers
) -> DiscoveryDocument:
    handled = request.scope["state"][REQUEST_STATE]
    document = describe_issuer(issuer, handled, providers)
    _hint_at_setting(request, issuer, handled.base_url)
    return document


def describe_issuer(
    issuer: Issuer, request: IssuerRequest, providers: Providers
) -> DiscoveryDocument:
    """Return the metadata of *issuer*.

    The URLs of the endpoints start with the public URL of the settings, or else with the base URL
    of *request*. They do not depend on the `iss` claim.

    Raises:
        InvalidInputError: the settings name no URL, and *request* has no valid `Host`.
    """
    base = get_client_url(issuer, request)
    document = DiscoveryDocument(
        issuer=issuer.identifier,
        token_endpoint=base + TOKEN_PATH,
        jwks_uri=base + JWKS_PATH,
        response_types_supported=[],  # required, even without an authorization endpoint
        grant_types_supported=[CLIENT_CREDENTIALS],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=list(ALGORITHMS),
        token_endpoint_auth_methods_supported=["client_secret_post", "client_secret_basic"],
        claims_supported=sorted({*_REGISTERED_CLAIMS, *issuer.find_profile().claims}),
    )
    if not issuer.settings.is_alone:
        return document
    browser_url = get_browser_url(issuer, request)
    return replace(
        document,
        authorization_endpoint=browser_url + AUTHORIZE_PATHS[0],
        end_session_endpoint=browser_url + LOGOUT_PATH,
        userinfo_endpoint=base + USERINFO_PATHS[0],
        introspection_endpoint=base + INTROSPECTION_PATH,
        revocation_endpoint=base + REVOCATION_PATH,
        device_authorization_endpoint=base + DEVICE_AUTHORIZATION_PATH,
        grant_types_supported=[CLIENT_CREDENTIALS, *STATEFUL_GRANT_TYPES],
        **providers.find(issuer.name).metadata,
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
    """Compare as a client does that omits a slash at the end, and may change the host's case.

    A request that arrives without TLS may have had it before a proxy in front of the issuer.
    """
    requested, named = requested.lower(), unquote(identifier).rstrip("/").lower()
    return named in {requested, requested.replace("http:", "https:", 1)}
