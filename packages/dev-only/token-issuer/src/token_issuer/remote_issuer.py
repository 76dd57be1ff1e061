# DEV-ONLY: never ship to production.
"""JSON requests to a running issuer; standard library only, so that commands start fast."""

import contextlib
import http.client
import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.errors import RemoteIssuerError

_TIMEOUT_S: Final = 5
_MAX_RESPONSE_BYTES: Final = (
    8 << 20
)  # the longest defective token has 1.3 MB, and is in the response twice
_OK: Final = 200


def fetch_json(
    url: str, *, post: bytes | None = None, method: str | None = None, secret: str | None = None
) -> dict[str, Any]:
    """Send a request and return the JSON response.

    Args:
        url: The URL.
        post: A JSON body.
        method: By default POST with a body, and GET without.
        secret: The bearer token of the admin surface.

    Raises:
        RemoteIssuerError: the URL is unreachable, it is not a token issuer, or it rejects the
            request; the message says which.
    """
    request = _Request(url, method or ("GET" if post is None else "POST"), post, secret)
    with _explained(url), contextlib.closing(_connect(url)) as connection:
        response = _send(connection, request)
    return _check(url, response)


class KeptConnections:
    """Connections that stay open between requests; threads may share them.

    As a context manager it closes them at the end.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: list[http.client.HTTPConnection] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._idle:
            connection.close()

    def fetch_json(self, post: bytes) -> dict[str, Any]:
        """Post a JSON body and return the JSON response.

        Raises:
            RemoteIssuerError: as with `fetch_json` for a single request.
        """
        request = _Request(self._url, "POST", post, None)
        with _explained(self._url), self._borrow() as connection:
            try:
                response = _send(connection, request)
            except ConnectionError:  # also if the issuer has closed an idle connection
                connection.close()
                response = _send(connection, request)
        return _check(self._url, response)

    @contextlib.contextmanager
    def _borrow(self) -> Iterator[http.client.HTTPConnection]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = _connect(self._url)
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)


class _Request(NamedTuple):
    url: str
    method: str
    body: bytes | None
    secret: str | None


class _Response(NamedTuple):
    status: int
    is_marked: bool
    document: Any


@contextlib.contextmanager
def _explained(url: str) -> Iterator[None]:
    try:
        yield
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        message = f"no token issuer answers at {url}: {reason}; start one with: token-issuer serve"
        raise RemoteIssuerError(message) from error


def _check(url: str, response: _Response) -> dict[str, Any]:
    document = response.document
    if not response.is_marked or not isinstance(document, dict):
        message = f"{url} is not a token issuer: its response lacks the header {HEADER_NAME}"
        raise RemoteIssuerError(message)
    if response.status != _OK:
        description = (
            document.get("error_description") or document.get("detail") or f"HTTP {response.status}"
        )
        message = f"{url} refused: {description}"
        raise RemoteIssuerError(message)
    return document


def _send(connection: http.client.HTTPConnection, request: _Request) -> _Response:
    parts = urlsplit(request.url)
    headers = {"Accept": "application/json"}
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    if request.secret is not None:
        headers["Authorization"] = f"Bearer {request.secret}"
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection.request(request.method, path, request.body, headers)
    response = connection.getresponse()
    is_marked = response.getheader(HEADER_NAME) == HEADER_VALUE
    return _Response(response.status, is_marked, json.loads(response.read(_MAX_RESPONSE_BYTES)))


def _connect(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = "expected a URL such as http://localhost:8081"
        raise ValueError(message)
    if parts.scheme == "http":
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=_TIMEOUT_S)
    if not hasattr(http.client, "HTTPSConnection"):  # as if Python was built without TLS
        message = "this Python has no TLS: use an http URL"
        raise ValueError(message)
    return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=_TIMEOUT_S)
