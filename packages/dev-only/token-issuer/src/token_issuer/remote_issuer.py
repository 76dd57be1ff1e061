# DEV-ONLY: never ship to production.
"""HTTP client for a running issuer. Only https URLs need more than the standard library."""

import contextlib
import http.client
import json
import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.errors import RejectedRequestError, RemoteIssuerError

_TIMEOUT_S: Final = 15  # a busy machine answers late
_WRONG_USAGE: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})
_URL: Final = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_MAX_RESPONSE_BYTES: Final = 8 << 20  # a response holds a defective token of 1.3 MB twice


def parse_issuer_url(text: str) -> str:
    """Return the base URL of an issuer, without a slash at its end.

    >>> parse_issuer_url("http://localhost:8081/")
    'http://localhost:8081'

    Raises:
        ValueError: not an http or https URL, or it has credentials, a query or a fragment.
    """
    example = "http://localhost:8081"
    if not _URL.fullmatch(text) or not _has_usable_host(text):
        message = f"expected a URL such as {example}"
        raise ValueError(message)
    parts = urlsplit(text)
    if "@" in parts.netloc or parts.query or parts.fragment:
        message = f"expected a URL without credentials, query and fragment, such as {example}"
        raise ValueError(message)
    return text.rstrip("/")


def fetch_json(
    url: str,
    *,
    post: bytes | None = None,
    method: str | None = None,
    secret: str | None = None,
    ca_files: Sequence[Path] = (),
) -> dict[str, Any]:
    """Send a request to an issuer and return the JSON object of its response.

    Args:
        url: The whole URL; its base is what `parse_issuer_url` accepts.
        post: A JSON body.
        method: By default POST with a body, and GET without.
        secret: The bearer token of the admin surface.
        ca_files: Files of certificates that are trusted besides those of this machine; they need
            not exist.

    Raises:
        RejectedRequestError: the issuer answers 400 or 404.
        RemoteIssuerError: no token issuer answers at the URL, or it returns another error.
        CertificateError: one of *ca_files* cannot be used.
    """
    request = _Request(url, method or ("GET" if post is None else "POST"), post, secret)
    with _explain_errors(url), contextlib.closing(_connect(url, ca_files)) as connection:
        response = _exchange(connection, request)
    return _check(url, response)


class KeptConnections:
    """Connections that are reused for all requests to one URL; threads may share them.

    Used as a context manager, this object closes its connections at the end of the block.
    """

    def __init__(self, url: str, ca_files: Sequence[Path] = ()) -> None:
        self._url = url
        self._ca_files = ca_files
        self._idle: list[http.client.HTTPConnection] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._idle:
            connection.close()

    def fetch_json(self, post: bytes) -> dict[str, Any]:
        """Post a JSON body and return the JSON object of the response.

        Raises:
            RejectedRequestError: the issuer answers 400 or 404.
            RemoteIssuerError: no token issuer answers at the URL, or it returns another error.
        """
        request = _Request(self._url, "POST", post, None)
        with _explain_errors(self._url), self._borrow() as connection:
            try:
                response = _exchange(connection, request)
            except ConnectionError:  # the issuer closes idle connections
                connection.close()
                response = _exchange(connection, request)
        return _check(self._url, response)

    @contextlib.contextmanager
    def _borrow(self) -> Iterator[http.client.HTTPConnection]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = _connect(self._url, self._ca_files)
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


def _has_usable_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is not a number, or a bracket is missing
        return False


@contextlib.contextmanager
def _explain_errors(url: str) -> Iterator[None]:
    try:
        yield
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        message = f"no token issuer answers at {url}: {reason}; start one with: token-issuer serve"
        raise RemoteIssuerError(message) from error


def _check(url: str, response: _Response) -> dict[str, Any]:
    status, document = response.status, response.document
    if not response.is_marked or not isinstance(document, dict):
        message = f"{url} is not a token issuer: its response lacks the header {HEADER_NAME}"
        raise RemoteIssuerError(message)
    if status == HTTPStatus.OK:
        return document
    description = document.get("error_description") or document.get("detail") or f"HTTP {status}"
    message = f"{url} rejected the request: {description}"
    raise (RejectedRequestError if status in _WRONG_USAGE else RemoteIssuerError)(message)


def _exchange(connection: http.client.HTTPConnection, request: _Request) -> _Response:
    parts = urlsplit(request.url)
    headers = {"Accept": "application/json"}
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    if request.secret is not None:
        headers["Authorization"] = f"Bearer {request.secret}"
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection.request(request.method, path, request.body, headers)
    with connection.getresponse() as response:
        is_marked = response.getheader(HEADER_NAME) == HEADER_VALUE
        body = response.read(_MAX_RESPONSE_BYTES)
    return _Response(response.status, is_marked, json.loads(body))


def _connect(url: str, ca_files: Sequence[Path]) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = str(parts.hostname)
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=_TIMEOUT_S)
    from token_issuer.tls.client import HttpsConnection  # noqa: PLC0415  # imports OpenSSL

    return HttpsConnection(host, parts.port, timeout=_TIMEOUT_S, ca_files=ca_files)
