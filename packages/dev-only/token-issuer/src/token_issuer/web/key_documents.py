# DEV-ONLY: never ship to production.
"""The public keys, as JWK Set and as X.509 certificates.

Spec: RFC 7517 §5, RFC 9110 §13.1.2
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from token_issuer.faults.registry import ActiveFaults
from token_issuer.keys.view import Document
from token_issuer.media_types import JSON_TYPE
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.caching import build_cache_headers, compute_max_age, matches_etag
from token_issuer.web.faults.redirects import Asked
from token_issuer.web.faults.responses import build_answer
from token_issuer.web.faults.strikes import find_active_faults
from token_issuer.web.request_headers import find_host_url, read_field, read_list
from token_issuer.web.request_time import read_request_time
from token_issuer.web.responses import Field, RawResponse, encode_fields

if TYPE_CHECKING:
    from litestar.types import HTTPScope

_NOT_MODIFIED: Final = 304


def answer_key_request(issuer: Issuer, scope: "HTTPScope", document: Document) -> RawResponse:
    """RawResponse with *document*, or with what the faults make of it."""
    keys = issuer.keys
    issuer.attacker.verifier_url = find_host_url(scope) or issuer.attacker.verifier_url
    max_age_s = compute_max_age(
        keys.clock(), keys.view.next_document_change, issuer.settings.max_age
    )
    strike = find_active_faults(scope)
    now = read_request_time(issuer, scope)
    if strike is not None:
        return build_answer(strike, _read_asked(strike, scope), document, now, max_age_s)
    second = int(now.timestamp())
    if matches_etag(read_list(scope, b"if-none-match"), document.etag):
        return RawResponse(_NOT_MODIFIED, _build_fields(document, second, max_age_s))
    return _build_good_answer(document, second, max_age_s)


@lru_cache(maxsize=8)
def _build_good_answer(document: Document, second: int, max_age_s: int) -> RawResponse:
    return RawResponse.build(document.body, JSON_TYPE, _build_fields(document, second, max_age_s))


def _build_fields(document: Document, second: int, max_age_s: int) -> tuple[Field, ...]:
    now = datetime.fromtimestamp(second, UTC)
    return encode_fields(build_cache_headers(now, max_age_s, document.etag))


def _read_asked(strike: ActiveFaults, scope: "HTTPScope") -> Asked:
    return Asked(
        path=strike.path,
        host=read_field(scope, b"host"),
        address=scope["server"] or ("127.0.0.1", None),
    )
