# DEV-ONLY: never ship to production.
"""The public keys, as JWK Set and as X.509 certificates.

Spec: RFC 7517 §5, RFC 9110 §13.1.2
"""

from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.utils import normalize_path

from token_issuer.caching import VARY, build_cache_headers, count_down, matches_etag
from token_issuer.faults.answers import build_answer
from token_issuer.faults.layer import find_strike
from token_issuer.faults.redirection import Asked
from token_issuer.issuing import Issuer
from token_issuer.key_paths import CERTIFICATES_PATH, JWKS_PATHS
from token_issuer.keyring import Document
from token_issuer.parameters import JSON_TYPE
from token_issuer.routes.location import find_host_url

VARY_STATE = "vary"
MOMENT_STATE = "moment"
"""When the answer was made: its `Date`, which its `Expires` is counted from."""
_NOT_MODIFIED = 304


@route(list(JWKS_PATHS), http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def get_jwks(
    request: Request[Any, Any, Any],
    issuer: NamedDependency[SkipValidation[Issuer]],
) -> Response[bytes]:
    """Serve the JWKS as the ring encoded it."""
    return _answer(request, issuer, issuer.keys.view.jwks)


@route(CERTIFICATES_PATH, http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def get_certificates(
    request: Request[Any, Any, Any],
    issuer: NamedDependency[SkipValidation[Issuer]],
) -> Response[bytes]:
    """Serve the same keys as certificates by kid, which is what Google's own libraries fetch."""
    return _answer(request, issuer, issuer.keys.view.certificates)


def _answer(request: Request[Any, Any, Any], issuer: Issuer, document: Document) -> Response[bytes]:
    keys = issuer.keys
    now = issuer.clock()
    request.scope["state"][MOMENT_STATE] = now
    issuer.attacker.verifier_url = find_host_url(request) or issuer.attacker.verifier_url
    max_age_s = count_down(keys.clock(), keys.find_next_document_change(), issuer.settings.max_age)
    # The CORS middleware puts `Origin` in its place, and the last hook this one back.
    request.scope["state"][VARY_STATE] = VARY
    strike = find_strike(request.scope)
    if strike is not None:
        struck = build_answer(strike, _read_asked(request), document, now, max_age_s)
        return Response(
            struck.body,
            status_code=struck.status,
            # Not as media_type: Litestar would add a charset to what was asked for to the letter.
            headers={**struck.headers, "Content-Type": struck.media_type},
        )
    headers = build_cache_headers(now, max_age_s, document.etag)
    known = ",".join(request.headers.getall("if-none-match", []))
    if matches_etag(known, document.etag):
        return Response(b"", status_code=_NOT_MODIFIED, headers=headers, media_type=JSON_TYPE)
    return Response(document.body, media_type=JSON_TYPE, headers=headers)


def _read_asked(request: Request[Any, Any, Any]) -> Asked:
    return Asked(
        path=normalize_path(request.scope["path"]),
        host=request.headers.get("host", ""),
        address=request.scope["server"] or ("127.0.0.1", None),
    )
