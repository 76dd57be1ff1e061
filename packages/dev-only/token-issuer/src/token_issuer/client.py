# DEV-ONLY: never ship to production.
"""A small client for a running issuer, on the standard library alone: it starts fast."""

import http.client
import json
from typing import Any
from urllib.parse import SplitResult, urlsplit

from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.errors import RemoteIssuerError

_TIMEOUT_S = 5
_LARGEST_ANSWER = 8 << 20  # the longest token of a defect is 1.3 MB, and comes twice
_OK = 200


def fetch_json(
    url: str, *, post: bytes | None = None, method: str | None = None, secret: str | None = None
) -> dict[str, Any]:
    """Send a request and return the JSON answer.

    Args:
        url: Where to.
        post: A JSON body.
        method: By default POST with a body, and GET without.
        secret: The bearer token of the admin surface.

    Raises:
        RemoteIssuerError: unreachable, not a token issuer, or it refused; says which.
    """
    try:
        status, is_marked, body = _exchange(
            url, method or ("GET" if post is None else "POST"), post, secret
        )
        answer = json.loads(body)
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        msg = f"no token issuer answers at {url}: {reason}; start one with: token-issuer serve"
        raise RemoteIssuerError(msg) from error
    if not is_marked or not isinstance(answer, dict):
        msg = f"{url} is not a token issuer: its answer lacks the header {HEADER_NAME}"
        raise RemoteIssuerError(msg)
    if status != _OK:
        description = answer.get("error_description") or answer.get("detail") or f"HTTP {status}"
        msg = f"{url} refused: {description}"
        raise RemoteIssuerError(msg)
    return answer


def _exchange(
    url: str, method: str, body: bytes | None, secret: str | None
) -> tuple[int, bool, bytes]:
    parts = urlsplit(url)
    connection = _connect(parts)
    headers = {"Accept": "application/json"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if secret is not None:
        headers["Authorization"] = f"Bearer {secret}"
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        is_marked = response.getheader(HEADER_NAME) == HEADER_VALUE
        return response.status, is_marked, response.read(_LARGEST_ANSWER)
    finally:
        connection.close()


def _connect(parts: SplitResult) -> http.client.HTTPConnection:
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = "expected a URL such as http://localhost:8081"
        raise ValueError(msg)
    if parts.scheme == "http":
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=_TIMEOUT_S)
    if not hasattr(http.client, "HTTPSConnection"):  # so it is where Python was built without TLS
        msg = "this Python has no TLS: use an http URL"
        raise ValueError(msg)
    return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=_TIMEOUT_S)
