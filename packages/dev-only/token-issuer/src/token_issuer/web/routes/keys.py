# DEV-ONLY: never ship to production.
"""The public keys, as JWK Set and as X.509 certificates."""

from typing import Any, Final

from litestar import HttpMethod, Request, route
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from token_issuer.keys.view import Document
from token_issuer.paths import CERTIFICATES_PATH, JWKS_PATHS
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.caching import VARY
from token_issuer.web.key_documents import answer_key_request
from token_issuer.web.responses import RawResponse

VARY_STATE: Final = "vary"


@route(list(JWKS_PATHS), http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def get_jwks(
    request: Request[Any, Any, Any],
    issuer: NamedDependency[SkipValidation[Issuer]],
) -> RawResponse:
    """Serve the JWKS as the ring encoded it."""
    return _answer(request, issuer, issuer.keys.view.jwks)


@route(CERTIFICATES_PATH, http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def get_certificates(
    request: Request[Any, Any, Any],
    issuer: NamedDependency[SkipValidation[Issuer]],
) -> RawResponse:
    """Serve the same keys as certificates by kid, which is what Google's own libraries fetch."""
    return _answer(request, issuer, issuer.keys.view.certificates)


def _answer(request: Request[Any, Any, Any], issuer: Issuer, document: Document) -> RawResponse:
    # The CORS middleware puts `Origin` in its place, and the last hook this one back.
    request.scope["state"][VARY_STATE] = VARY
    return answer_key_request(issuer, request.scope, document)
