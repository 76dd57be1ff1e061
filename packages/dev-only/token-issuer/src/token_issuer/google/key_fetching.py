# DEV-ONLY: never ship to production.
"""The public keys of an issuer outside of the process, over HTTP or HTTPS."""

import http.client
import socket
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from jwt_core import KeySet, KeySetUnavailableError, strict_json

from token_issuer.errors import TokenIssuerError

FETCH_TIMEOUT_S: Final = 5.0
_MAX_JWKS_BYTES: Final = 1 << 20


def fetch_keys(
    url: str, ca_files: Sequence[Path] = (), *, timeout_s: float = FETCH_TIMEOUT_S
) -> KeySet:
    """Fetch a JWK Set; no redirect is followed.

    Args:
        url: The URL, without a query.
        ca_files: Files of certificates that are trusted besides those of this machine; they need
            not exist.
        timeout_s: The limit of the connection and of the exchange, however slowly the server sends.

    Raises:
        KeySetUnavailableError: there is no complete response in time, or it holds no keys.
    """
    try:
        limit = _Limit(_connect(url, ca_files, timeout_s), timeout_s)
    except TokenIssuerError as error:  # one of ca_files cannot be used
        raise KeySetUnavailableError(url, str(error)) from error
    try:
        with limit as connection:
            body = _exchange(connection, url)
    except (OSError, ValueError, http.client.HTTPException, TokenIssuerError) as error:
        raise KeySetUnavailableError(url, limit.explain(error)) from error
    if limit.is_over:  # the end of a body without a length is not to be told from a cut
        raise KeySetUnavailableError(url, limit.explain(None))
    if len(body) > _MAX_JWKS_BYTES:
        raise KeySetUnavailableError(url, "larger than 1 MiB")
    try:
        return KeySet.from_document(strict_json.decode_object(body))
    except ValueError as error:
        raise KeySetUnavailableError(url, "not a JSON object") from error


class _Limit:
    """Ends a connection when its time is over: the time limit of a socket is for one operation."""

    def __init__(self, connection: http.client.HTTPConnection, timeout_s: float) -> None:
        self.is_over = False
        self._connection = connection
        self._socket: socket.socket | None = None
        self._timeout_s = timeout_s
        self._timer = threading.Timer(timeout_s, self._end)
        self._timer.daemon = True

    def __enter__(self) -> http.client.HTTPConnection:
        self._timer.start()
        try:
            self._connection.connect()
        except BaseException:
            self.__exit__()
            raise
        self._socket = self._connection.sock  # the connection forgets it before the body
        if self.is_over:
            self.__exit__()
            raise TimeoutError
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._connection.close()

    def explain(self, error: Exception | None) -> str:
        """Return the reason of a failure."""
        if self.is_over or isinstance(error, TimeoutError):
            return f"no complete response within {self._timeout_s:g} s"
        if isinstance(error, TokenIssuerError):
            return str(error)
        return getattr(error, "strerror", None) or type(error).__name__

    def _end(self) -> None:
        self.is_over = True
        ended = self._socket or self._connection.sock
        if ended is not None:
            with suppress(OSError):  # it is closed already
                ended.shutdown(socket.SHUT_RDWR)


def _exchange(connection: http.client.HTTPConnection, url: str) -> bytes:
    connection.request("GET", urlsplit(url).path or "/", headers={"Accept": "*/*"})
    with closing(connection.getresponse()) as response:
        if response.status != HTTPStatus.OK:
            raise KeySetUnavailableError(url, f"HTTP status {response.status}")
        return response.read(_MAX_JWKS_BYTES + 1)


def _connect(url: str, ca_files: Sequence[Path], timeout_s: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = str(parts.hostname)
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=timeout_s)
    from token_issuer.tls.client import HttpsConnection  # noqa: PLC0415  # imports OpenSSL

    return HttpsConnection(host, parts.port, timeout=timeout_s, ca_files=ca_files)
