# DEV-ONLY: never ship to production.
"""One HTTP exchange with limits on its time and on the size of the response."""

import http.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from token_issuer.errors import BrowserError, UntrustedServerError
from token_issuer.timing.durations import format_duration
from token_issuer.timing.elapsed import read_elapsed_s

MAX_RESPONSE_BYTES: Final = 8 << 20
_CHUNK_BYTES: Final = 1 << 16
_MAX_SOCKET_TIMEOUT_S: Final = 3600  # sockets reject timeouts of many years


class Deadline:
    """The end of a time limit, by a clock that tests do not freeze."""

    def __init__(self, limit: timedelta) -> None:
        self._limit = limit
        self._end_s = read_elapsed_s() + limit.total_seconds()

    def get_rest_s(self) -> float:
        """Return the seconds that are left.

        Raises:
            TimeoutError: none are left.
        """
        rest_s = self._end_s - read_elapsed_s()
        if rest_s <= 0:
            raise TimeoutError
        return min(rest_s, _MAX_SOCKET_TIMEOUT_S)

    def __str__(self) -> str:
        """Return the limit as text, such as `30s`."""
        return format_duration(self._limit)


@dataclass(frozen=True, slots=True)
class Response:
    """A response to one request."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def exchange(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    deadline: Deadline,
    ca_files: Sequence[Path] = (),
) -> Response:
    """Send a request and return the response.

    Names below `localhost` lead to this machine, as in browsers.

    Args:
        method: The method.
        url: The URL.
        headers: The header fields.
        body: The body.
        deadline: The limit for the whole exchange.
        ca_files: Files of certificates that are trusted besides those of this machine.

    Raises:
        BrowserError: no server answers, the response is not HTTP or too large, or the time is over.
    """
    try:
        return _exchange(_connect(url, deadline, ca_files), method, url, headers, body, deadline)
    except TimeoutError as error:
        message = (
            f"{strip_query(url)} did not respond within {deadline}; check the server, or pass a "
            "longer timeout"
        )
        raise BrowserError(message) from error
    except UntrustedServerError as error:
        raise BrowserError(str(error)) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        message = f"no server responds at {strip_query(url)}: {reason}; start the server first"
        raise BrowserError(message) from error


def strip_query(url: str) -> str:
    """Return *url* for a message, without the query and fragment, which may hold tokens."""
    return url.partition("#")[0].partition("?")[0][:200]


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    deadline: Deadline,
) -> Response:
    parts = urlsplit(url)
    try:
        connection.connect()
        sock = connection.sock
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        host = parts.netloc.rpartition("@")[2]
        connection.request(method, target, body, {"Host": host, **headers})
        with connection.getresponse() as response:
            received = bytearray()
            while chunk := response.read1(_CHUNK_BYTES):
                received += chunk
                if len(received) > MAX_RESPONSE_BYTES:
                    message = (
                        f"{strip_query(url)}: the response is larger than "
                        f"{MAX_RESPONSE_BYTES >> 20} MiB; send a smaller one"
                    )
                    raise BrowserError(message)
                sock.settimeout(deadline.get_rest_s())
            return Response(response.status, response.headers, bytes(received))
    finally:
        connection.close()


def _connect(url: str, deadline: Deadline, ca_files: Sequence[Path]) -> http.client.HTTPConnection:
    parts, timeout_s = urlsplit(url), deadline.get_rest_s()
    host = parts.hostname or ""
    if parts.scheme == "https":
        from token_issuer.tls.client import HttpsConnection  # noqa: PLC0415  # imports OpenSSL

        return HttpsConnection(host, parts.port, timeout=timeout_s, ca_files=ca_files)
    is_below_localhost = host.removesuffix(".").endswith(".localhost")
    name = "localhost" if is_below_localhost else host
    return http.client.HTTPConnection(name, parts.port, timeout=timeout_s)
