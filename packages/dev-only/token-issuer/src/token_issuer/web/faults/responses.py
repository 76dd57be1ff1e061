# DEV-ONLY: never ship to production.
"""RawResponse faults: status, header and media type of what a struck request gets.

Spec: RFC 9110 §10.2.3 and §15.4, RFC 9111 §5.2.2
"""

from datetime import datetime
from http import HTTPStatus
from typing import Final

import msgspec

from token_issuer.faults.fault import Fault
from token_issuer.faults.kinds import FaultKind
from token_issuer.faults.registry import ActiveFaults
from token_issuer.keys.view import Document
from token_issuer.media_types import JSON_TYPE, PROBLEM_TYPE
from token_issuer.web.caching import build_cache_headers
from token_issuer.web.faults.redirects import Asked, locate
from token_issuer.web.problems import ProblemResponse
from token_issuer.web.responses import RawResponse, encode_fields

_EXPLANATION: Final = "a fault that was set for the key endpoints; GET /admin/faults lists it"


def build_answer(
    strike: ActiveFaults, asked: Asked, document: Document, now: datetime, max_age_s: int
) -> RawResponse:
    """Return what *strike* makes of *document*; always in full, so that no 304 hides a fault.

    Args:
        strike: What strikes.
        asked: What was asked for.
        document: What a good answer would hold.
        now: The time that the answer bears as its `Date`.
        max_age_s: For how long a good answer may be cached.
    """
    fault = strike.find(FaultKind.MAX_AGE)
    stated_s = None if fault is None else int(fault.read_seconds("max_age", 0))
    refusal = strike.find(FaultKind.STATUS, FaultKind.REDIRECT)
    if refusal is None:
        shown = strike.change_document(document)
        headers = build_cache_headers(now, max_age_s if stated_s is None else stated_s, shown.etag)
        fields = encode_fields(headers)
        return RawResponse.build(shown.body, _find_media_type(strike, JSON_TYPE), fields)
    headers = {"Cache-Control": "no-store"}
    if stated_s is not None:
        headers = build_cache_headers(now, stated_s, "")
        del headers["ETag"]
    return _refuse(strike, refusal, asked, headers)


def _refuse(
    strike: ActiveFaults, refusal: Fault, asked: Asked, headers: dict[str, str]
) -> RawResponse:
    """RawResponse without a document."""
    if refusal.kind == FaultKind.REDIRECT:
        headers["Location"] = locate(refusal.to or "same-host", asked)
        status = refusal.status or HTTPStatus.FOUND
        media_type = _find_media_type(strike, "text/plain")
        return RawResponse.build(b"", media_type, encode_fields(headers), status=status)
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(int(refusal.read_seconds("retry_after", 0)))
    status = refusal.status or HTTPStatus.SERVICE_UNAVAILABLE
    problem = ProblemResponse(type="about:blank", title="Fault", status=status, detail=_EXPLANATION)
    body = msgspec.json.encode(problem)
    media_type = _find_media_type(strike, PROBLEM_TYPE)
    return RawResponse.build(body, media_type, encode_fields(headers), status=status)


def _find_media_type(strike: ActiveFaults, good: str) -> str:
    fault = strike.find(FaultKind.CONTENT_TYPE)
    return good if fault is None else fault.content_type or "text/html"
