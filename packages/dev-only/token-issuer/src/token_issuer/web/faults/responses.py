# DEV-ONLY: never ship to production.
"""Response faults: they change the status, header fields, media type and content of a response.

Spec: RFC 9110 §10.2.3 and §15.4, RFC 9111 §5.2.2
"""

from http import HTTPStatus

import msgspec

from token_issuer.faults.fault import Fault
from token_issuer.faults.kinds import FaultKind
from token_issuer.faults.registry import ActiveFaults
from token_issuer.key_documents import find_key_document
from token_issuer.keys.documents import Document
from token_issuer.media_types import JSON_TYPE, PROBLEM_TYPE
from token_issuer.paths import ADMIN_FAULTS_PATH, PAGE_PATHS
from token_issuer.web.asgi import Message
from token_issuer.web.caching import VARY, build_cache_headers
from token_issuer.web.errors import ProblemResponse, build_planned_response
from token_issuer.web.faults.oauth_errors import find_planned_error
from token_issuer.web.faults.redirects import build_location
from token_issuer.web.request import Request
from token_issuer.web.response import RawResponse, encode_fields


def build_replacement(request: Request) -> RawResponse | None:
    """Return the response that a fault sends instead of that of the handler; None without one.

    The handlers of key documents and of pages apply these faults themselves.
    """
    if request.faults is None or request.path in PAGE_PATHS or find_key_document(request.path):
        return None
    error = find_planned_error(request)
    if error is not None:
        return build_planned_response(request.path, error)
    replacement = request.faults.find(FaultKind.STATUS, FaultKind.REDIRECT)
    if replacement is None:
        return None
    return _replace(request.faults, replacement, request, {"Cache-Control": "no-store"})


def change_response(faults: ActiveFaults, start: Message, body: bytes) -> tuple[Message, bytes]:
    """Return a response that holds no key document, with its media type and content changed.

    Args:
        faults: The faults that affect the request.
        start: The status and the header fields.
        body: The body.
    """
    if faults.find(FaultKind.MALFORMED):
        body = body[:-1]  # without the closing brace
    replaced = {b"content-length": b"%d" % len(body)}
    if faults.find(FaultKind.CONTENT_TYPE):
        replaced[b"content-type"] = _find_media_type(faults, "").encode("latin-1")
    fields = [(name, replaced.get(name, value)) for name, value in start["headers"]]
    return {**start, "headers": fields}, body


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
    place = "the key endpoints" if find_key_document(request.path) else request.path
    detail = f"a fault is set for {place}; GET {ADMIN_FAULTS_PATH} lists it"
    problem = ProblemResponse(type="about:blank", title="Fault", status=status, detail=detail)
    body = msgspec.json.encode(problem)
    media_type = _find_media_type(faults, PROBLEM_TYPE)
    return RawResponse.build(body, media_type, encode_fields(headers), status=status)


def _find_media_type(faults: ActiveFaults, default: str) -> str:
    fault = faults.find(FaultKind.CONTENT_TYPE)
    return default if fault is None else fault.content_type or "text/html"
