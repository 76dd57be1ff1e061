# DEV-ONLY: never ship to production.
"""Response faults: they change the status, header fields and media type of a key document.

Spec: RFC 9110 §10.2.3 and §15.4, RFC 9111 §5.2.2
"""

from http import HTTPStatus
from typing import Final

import msgspec

from token_issuer.faults.fault import Fault
from token_issuer.faults.kinds import FaultKind
from token_issuer.faults.registry import ActiveFaults
from token_issuer.keys.view import Document
from token_issuer.media_types import JSON_TYPE, PROBLEM_TYPE
from token_issuer.paths import ADMIN_FAULTS_PATH
from token_issuer.web.caching import VARY, build_cache_headers
from token_issuer.web.errors import ProblemResponse
from token_issuer.web.faults.redirects import build_location
from token_issuer.web.request import Request
from token_issuer.web.response import RawResponse, encode_fields

_EXPLANATION: Final = f"a fault is set for the key endpoints; GET {ADMIN_FAULTS_PATH} lists it"


def build_faulty_response(
    faults: ActiveFaults, request: Request, document: Document, max_age_s: int
) -> RawResponse:
    """Return the response to a request for *document*, changed by *faults*.

    The response is complete even if `If-None-Match` matches: a 304 would hide the faults.

    Args:
        faults: The faults that affect the request.
        request: The request.
        document: The key document without faults.
        max_age_s: How long the response could be cached without faults.
    """
    fault = faults.find(FaultKind.MAX_AGE)
    stated_s = None if fault is None else int(fault.read_seconds("max_age", 0))
    replacement = faults.find(FaultKind.STATUS, FaultKind.REDIRECT)
    if replacement is None:
        shown = faults.change_document(document)
        headers = build_cache_headers(
            request.time, max_age_s if stated_s is None else stated_s, shown.etag
        )
        fields = encode_fields(headers)
        return RawResponse.build(shown.body, _find_media_type(faults, JSON_TYPE), fields)
    headers = {"Cache-Control": "no-store", "Vary": VARY}
    if stated_s is not None:
        headers = build_cache_headers(request.time, stated_s, "")
        del headers["ETag"]
    return _replace(faults, replacement, request, headers)


def _replace(
    faults: ActiveFaults, replacement: Fault, request: Request, headers: dict[str, str]
) -> RawResponse:
    """Return the response that *replacement* sends instead of the document."""
    if replacement.kind == FaultKind.REDIRECT:
        headers["Location"] = build_location(replacement.to or "same-host", request)
        status = replacement.status or HTTPStatus.FOUND
        media_type = _find_media_type(faults, "text/plain")
        return RawResponse.build(b"", media_type, encode_fields(headers), status=status)
    if replacement.retry_after is not None:
        headers["Retry-After"] = str(int(replacement.read_seconds("retry_after", 0)))
    status = replacement.status or HTTPStatus.SERVICE_UNAVAILABLE
    problem = ProblemResponse(type="about:blank", title="Fault", status=status, detail=_EXPLANATION)
    body = msgspec.json.encode(problem)
    media_type = _find_media_type(faults, PROBLEM_TYPE)
    return RawResponse.build(body, media_type, encode_fields(headers), status=status)


def _find_media_type(faults: ActiveFaults, default: str) -> str:
    fault = faults.find(FaultKind.CONTENT_TYPE)
    return default if fault is None else fault.content_type or "text/html"
