"""HTTP fetch of a JSON document, with a time limit, a size limit and no redirects."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from jwt_core import strict_json
from jwt_core.argument_checks import check_duration, check_text, check_type
from jwt_core.errors import JwtError
from jwt_core.remote.freshness import parse_lifetime

_HEADERS: Final = {
    "Accept": "application/jwk-set+json, application/json",
    # A small body may decompress to a huge one, so compression is neither requested nor decoded.
    "Accept-Encoding": "identity",
    "User-Agent": "jwt-core",
}


class FetchError(JwtError):
    """A document could not be fetched; the message says why."""

    code = "fetch"


@dataclass(frozen=True)
class FetchedDocument:
    """A JSON object, and the freshness lifetime from its response in seconds (None if absent)."""

    document: dict[str, Any]
    stated_lifetime_s: float | None


@dataclass(frozen=True, kw_only=True)
class Fetcher:
    """The URI to fetch from, and the limits of each fetch.

    Attributes:
        jwks_uri: An absolute http or https URI.
        timeout: Time limit of the whole fetch, however slowly the server sends.
        max_document_bytes: Largest accepted body.
        trust_env: Whether to use the environment's proxies, `.netrc` and certificates.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: The URI is not absolute http or https, or a limit is not positive.
    """

    jwks_uri: str
    timeout: timedelta
    max_document_bytes: int
    trust_env: bool

    def __post_init__(self) -> None:
        check_text("jwks_uri", self.jwks_uri)
        check_duration("timeout", self.timeout)
        remedy = "write a number of bytes, such as 512 * 1024"
        check_type("max_document_bytes", self.max_document_bytes, int, remedy)
        check_type("trust_env", self.trust_env, bool, "write True or False")
        _check_uri(self.jwks_uri)
        if self.timeout <= timedelta(0):
            message = "timeout must be a positive duration, such as timedelta(seconds=5)"
            raise ValueError(message)
        if self.max_document_bytes <= 0:
            message = "max_document_bytes must be positive, such as 512 * 1024"
            raise ValueError(message)

    async def fetch(self) -> FetchedDocument:
        """Fetch the document once.

        Raises:
            FetchError: No complete response in time, a status other than 200 (redirects are not
                followed), or a body that is not JSON, too large or compressed.
        """
        timeout_s = self.timeout.total_seconds()
        try:
            async with asyncio.timeout(timeout_s):
                return await self._request()
        except TimeoutError:
            message = f"no complete response within {timeout_s:g} s"
            raise FetchError(message) from None
        except httpx.HTTPError as error:
            message = f"{type(error).__name__}: {error}"
            raise FetchError(message) from error

    async def _request(self) -> FetchedDocument:
        async with (
            httpx.AsyncClient(timeout=None, trust_env=self.trust_env) as client,  # noqa: S113  # see fetch
            client.stream(
                "GET", self.jwks_uri, headers=_HEADERS, follow_redirects=False
            ) as response,
        ):
            _check_response(response)
            body = await self._read_body(response)
        return FetchedDocument(_parse_body(body), parse_lifetime(response.headers))

    async def _read_body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self.max_document_bytes:
                message = f"the response is larger than {self.max_document_bytes} bytes"
                raise FetchError(message)
        return bytes(body)


def _check_uri(uri: str) -> None:
    try:
        parts, _ = urlsplit(uri), httpx.URL(uri)
    except (ValueError, httpx.InvalidURL):
        message = "jwks_uri is not a valid URI; expected http:// or https:// with a host"
        raise ValueError(message) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = "jwks_uri must be absolute and start with http:// or https://"
        raise ValueError(message)
    if "@" in parts.netloc or "#" in uri:
        message = "jwks_uri must contain neither user information nor a fragment; remove them"
        raise ValueError(message)


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
