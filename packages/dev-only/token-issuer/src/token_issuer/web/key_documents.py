# DEV-ONLY: never ship to production.
"""Handlers of the key documents: the public keys as JWK Set and as X.509 certificates.

Spec: RFC 7517 §5, RFC 9110 §13.1.2
"""

from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus

from token_issuer.keys.view import Document
from token_issuer.media_types import JSON_TYPE
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.caching import build_cache_headers, compute_max_age, matches_etag
from token_issuer.web.faults.responses import build_faulty_response
from token_issuer.web.request import Request
from token_issuer.web.response import Field, RawResponse, encode_fields


def get_jwks(issuer: Issuer, request: Request) -> RawResponse:
    """Serve the JWK Set."""
    return _serve(issuer, request, issuer.keys.view.jwks)


def get_certificates(issuer: Issuer, request: Request) -> RawResponse:
    """Serve the same keys as X.509 certificates, by `kid`."""
    return _serve(issuer, request, issuer.keys.view.certificates)


def _serve(issuer: Issuer, request: Request, document: Document) -> RawResponse:
    keys = issuer.keys
    max_age_s = compute_max_age(
        keys.clock(), keys.view.next_document_change, issuer.settings.max_age
    )
    if request.faults is not None:
        return build_faulty_response(request.faults, request, document, max_age_s)
    second = int(request.time.timestamp())
    if matches_etag(request.join_field(b"if-none-match"), document.etag):
        return RawResponse(HTTPStatus.NOT_MODIFIED, _build_fields(document, second, max_age_s))
    return _build_response(document, second, max_age_s)


@lru_cache(maxsize=8)
def _build_response(document: Document, second: int, max_age_s: int) -> RawResponse:
    return RawResponse.build(document.body, JSON_TYPE, _build_fields(document, second, max_age_s))


def _build_fields(document: Document, second: int, max_age_s: int) -> tuple[Field, ...]:
    now = datetime.fromtimestamp(second, UTC)
    return encode_fields(build_cache_headers(now, max_age_s, document.etag))
