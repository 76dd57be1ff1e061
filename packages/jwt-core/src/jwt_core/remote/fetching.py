"""HTTP fetch of a JSON document, with a time limit, a size limit and no redirects.

Modules that httpx and `socket` would import at the first request are imported here. Imported on the
thread of that request, they would be locked in a process that is forked meanwhile.
"""

import encodings.idna  # noqa: F401  # see the module docstring
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

import certifi  # noqa: F401  # see the module docstring
import httpcore  # noqa: F401  # see the module docstring
import httpx

from jwt_core import strict_json
from jwt_core.argument_checks import (
    check_duration,
    check_optional_text,
    check_text,
    check_type,
)
from jwt_core.errors import JwtError
from jwt_core.remote.bounded_worker import BoundedWorker, ConnectionGuard
from jwt_core.remote.fork_gate import fork_gate
from jwt_core.remote.freshness import parse_lifetime
from jwt_core.remote.uri import check_uri

_HEADERS: Final = {
    "Accept": "application/jwk-set+json, application/json",
    # A small body may decompress to a huge one, so compression is neither requested nor decoded.
    "Accept-Encoding": "identity",
    "User-Agent": "jwt-core",
}

_MAX_REASON_CHARACTERS: Final = 200  # the text of a protocol error may quote the response


class FetchError(JwtError):
    """A document could not be fetched; the message says why."""

    code = "fetch"


@dataclass(frozen=True)
class FetchedDocument:
    """A JSON object, and the freshness lifetime from its response.

    Attributes:
        document: The JSON object; None for a response 304, which confirms an earlier one.
        stated_lifetime_s: Freshness lifetime in seconds; None if the response states none.
    """

    document: dict[str, Any] | None
    stated_lifetime_s: float | None


@dataclass(frozen=True, kw_only=True)
class Fetcher:
    """The URI to fetch from, and the limits of each fetch.

    Attributes:
        jwks_uri: An absolute http or https URI.
        timeout: Time limit of the whole fetch, however slowly the server sends.
        max_document_bytes: Largest accepted body.
        trust_env: Whether to use the environment's proxies, `.netrc` and certificates.
        ssl_context: TLS settings; None for those of httpx.
        proxy_url: URL of a forward proxy; None for none.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: The URI is not a valid absolute http or https URI, or a limit is not positive.
    """

    jwks_uri: str
    timeout: timedelta
    max_document_bytes: int
    trust_env: bool
    ssl_context: ssl.SSLContext | None
    proxy_url: str | None
    _worker: BoundedWorker = field(default_factory=BoundedWorker, init=False, compare=False)

    def __post_init__(self) -> None:
        check_text("jwks_uri", self.jwks_uri)
        check_duration("timeout", self.timeout)
        remedy = "write a number of bytes, such as 512 * 1024"
        check_type("max_document_bytes", self.max_document_bytes, int, remedy)
        check_type("trust_env", self.trust_env, bool, "write True or False")
        remedy = "write ssl.create_default_context(cafile=...), or None"
        check_type("ssl_context", self.ssl_context, ssl.SSLContext | None, remedy)
        check_optional_text("proxy_url", self.proxy_url)
        check_uri("jwks_uri", self.jwks_uri)
        if self.proxy_url is not None:
            check_uri("proxy_url", self.proxy_url)
        if self.timeout <= timedelta(0):
            message = "timeout must be a positive duration, such as timedelta(seconds=5)"
            raise ValueError(message)
        if self.max_document_bytes <= 0:
            message = "max_document_bytes must be positive, such as 512 * 1024"
            raise ValueError(message)

    def fetch(self) -> FetchedDocument:
        """Fetch the document once, and block the thread for at most `timeout`.

        Raises:
            FetchError: No complete response in time, a status other than 200 and 304 (redirects are
                not followed), or a body that is not JSON, too large or compressed.
        """
        timeout_s = self.timeout.total_seconds()
        try:
            return self._worker.run(self._request, timeout_s)
        except (TimeoutError, httpx.TimeoutException):
            message = f"no complete response within {timeout_s:g} s"
            raise FetchError(message) from None
        except httpx.HTTPError as error:
            message = f"{type(error).__name__}: {error}"
            raise FetchError(message[:_MAX_REASON_CHARACTERS]) from error

    def _request(self, guard: ConnectionGuard) -> FetchedDocument:
        with (
            fork_gate.pass_through(),
            # The worker limits the whole request; this timeout limits each attempt to connect.
            httpx.Client(
                timeout=self.timeout.total_seconds(),
                trust_env=self.trust_env,
                verify=True if self.ssl_context is None else self.ssl_context,
                proxy=self._build_proxy(),
            ) as client,
            client.stream(
                "GET",
                self.jwks_uri,
                headers=_HEADERS,
                follow_redirects=False,
                extensions={"trace": guard.trace},
            ) as response,
        ):
            document = None
            if response.status_code != HTTPStatus.NOT_MODIFIED:
                _check_response(response)
                document = _parse_body(self._read_body(response))
        return FetchedDocument(document, parse_lifetime(response.headers))

    def _build_proxy(self) -> httpx.Proxy | None:
        if self.proxy_url is None:
            return None
        url = httpx.URL(self.proxy_url)
        return httpx.Proxy(url, ssl_context=self.ssl_context if url.scheme == "https" else None)

    def _read_body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self.max_document_bytes:
                message = f"the response is larger than {self.max_document_bytes} bytes"
                raise FetchError(message)
        return bytes(body)


def _check_response(response: httpx.Response) -> None:
    if response.status_code != HTTPStatus.OK:
        message = f"the response has status {response.status_code}; expected 200, without redirects"
        raise FetchError(message)
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        message = "the response is not JSON; expected Content-Type application/json or .../...+json"
        raise FetchError(message)
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        message = "the response is compressed although Accept-Encoding was identity"
        raise FetchError(message)


def _parse_body(body: bytes) -> dict[str, Any]:
    try:
        return strict_json.decode_object(body)
    except ValueError:
        message = "the response is not one JSON object with distinct members"
        raise FetchError(message) from None
