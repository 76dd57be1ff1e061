# DEV-ONLY: never ship to production.
"""Handler of the key documents: the public keys as JWK Set, as certificates and in PEM.

Spec: RFC 7517 §5, RFC 9110 §13.1.2
"""

from datetime import UTC, datetime
from functools import lru_cache, partial
from http import HTTPStatus

from jwt_core import Algorithm

from token_issuer.key_documents import Format, KeyDocument
from token_issuer.keys.documents import Document
from token_issuer.keys.errors import UnavailableAlgorithmError
from token_issuer.media_types import JSON_TYPE
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.caching import build_cache_headers, compute_max_age, matches_etag
from token_issuer.web.errors import HttpError
from token_issuer.web.faults.responses import build_faulty_response
from token_issuer.web.request import Request
from token_issuer.web.response import DeferredResponse, Field, RawResponse, encode_fields


def get_keys(
    description: KeyDocument, issuer: Issuer, request: Request
) -> RawResponse | DeferredResponse:
    """Serve the key document of *description*, or defer it if its key has to be generated.

    Raises:
        KeyDirectoryError: the key cannot be stored.
        HttpError: keys are derived from a seed, but not for the algorithm of the document.
    """
    _, format_, algorithm = description
    view = issuer.keys.view
    if algorithm is None or algorithm in view.signers:
        return serve_document(issuer, request, view.get_document(format_, algorithm))
    return partial(_generate_and_serve, format_, Algorithm(algorithm), issuer, request)


def _generate_and_serve(
    format_: Format, algorithm: Algorithm, issuer: Issuer, request: Request
) -> RawResponse:
    try:
        issuer.keys.ensure_key(algorithm)
    except UnavailableAlgorithmError as error:
        raise HttpError(HTTPStatus.NOT_FOUND, str(error)) from error
    return serve_document(issuer, request, issuer.keys.view.get_document(format_, algorithm))


def serve_document(issuer: Issuer, request: Request, document: Document) -> RawResponse:
    """Serve *document*, unless the caller has it, with the faults of the request."""
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


@lru_cache(maxsize=32)
def _build_response(document: Document, second: int, max_age_s: int) -> RawResponse:
    return RawResponse.build(document.body, JSON_TYPE, _build_fields(document, second, max_age_s))


def _build_fields(document: Document, second: int, max_age_s: int) -> tuple[Field, ...]:
    now = datetime.fromtimestamp(second, UTC)
    return encode_fields(build_cache_headers(now, max_age_s, document.etag))
