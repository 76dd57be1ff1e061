"""One bounded HTTP fetch of a JSON document: bounded in time, in size, and to one place."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from jwt_core import strict_json
from jwt_core.errors import JwtError
from jwt_core.remote.freshness import parse_lifetime

_HEADERS: Final = {
    "Accept": "application/jwk-set+json, application/json",
    # A small body may unpack to a huge one, so compression is neither asked for nor undone.
    "Accept-Encoding": "identity",
    "User-Agent": "jwt-core",
}


class FetchError(JwtError):
    """A document could not be fetched; the message says why."""

    code = "fetch"


@dataclass(frozen=True)
class FetchedDocument:
    """A JSON object and the lifetime in seconds that its response stated, if any."""

    document: dict[str, Any]
    stated_lifetime_s: float | None


@dataclass(frozen=True, kw_only=True)
class Fetcher:
    """Where to fetch from, and the bounds of each fetch.

    Attributes:
        uri: An absolute http or https URI.
        timeout_s: For the whole fetch, however steadily the server trickles.
        max_size: Largest accepted body in bytes.
        trust_env: Whether proxy, `.netrc` and certificate variables of the environment count.

    Raises:
        ValueError: the URI is of another kind, or a bound is not positive.
    """

    uri: str
    timeout_s: float
    max_size: int
    trust_env: bool

    def __post_init__(self) -> None:
        _check_uri(self.uri)
        if self.timeout_s <= 0 or self.max_size <= 0:
            message = "timeout and max_size must be positive"
            raise ValueError(message)

    async def fetch(self) -> FetchedDocument:
        """Fetch the document once.

        Raises:
            FetchError: no complete answer in time, another status than 200 (redirects are not
                followed), not JSON, too large, or compressed.
        """
        try:
            async with asyncio.timeout(self.timeout_s):
                return await self._request()
        except TimeoutError:
            message = f"no complete answer within {self.timeout_s:g} s"
            raise FetchError(message) from None
        except httpx.HTTPError as error:
            message = f"{type(error).__name__}: {error}"
            raise FetchError(message) from error

    async def _request(self) -> FetchedDocument:
        async with (
            httpx.AsyncClient(timeout=None, trust_env=self.trust_env) as client,  # noqa: S113  # see fetch
            client.stream("GET", self.uri, headers=_HEADERS, follow_redirects=False) as response,
        ):
            _check_response(response)
            body = await self._read_body(response)
        return FetchedDocument(_parse_body(body), parse_lifetime(response.headers))

    async def _read_body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self.max_size:
                message = f"the answer is larger than {self.max_size} bytes"
                raise FetchError(message)
        return bytes(body)


def _check_uri(uri: str) -> None:
    try:
        parts, _ = urlsplit(uri), httpx.URL(uri)
    except (ValueError, httpx.InvalidURL):
        message = "jwks_uri is not a URI"
        raise ValueError(message) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = "jwks_uri must be absolute and begin with http:// or https://"
        raise ValueError(message)
    if "@" in parts.netloc or "#" in uri:
        message = "jwks_uri must hold neither user information nor a fragment"
        raise ValueError(message)


def _check_response(response: httpx.Response) -> None:
    if response.status_code != HTTPStatus.OK:
        message = f"the answer has status {response.status_code}; expected 200, without redirects"
        raise FetchError(message)
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        message = "the answer is not JSON; expected Content-Type application/json or .../...+json"
        raise FetchError(message)
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        message = "the answer is compressed although identity was asked for"
        raise FetchError(message)


def _parse_body(body: bytes) -> dict[str, Any]:
    try:
        return strict_json.decode_object(body)
    except ValueError:
        message = "the answer is not one JSON object with distinct members"
        raise FetchError(message) from None
