"""The key set of a verifier, fetched in one of the ways of `fetching`.

The module uses only the standard library, since the probe must not share code with the service
whose weaknesses it finds.
"""

import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO, Any, Final

from tests.weak_verifier.fetching import GOOD, Fetching

Document = dict[str, Any]

FAILURE_PAUSE_S: Final = 0.2
MAX_FETCH_S: Final = 2.0
MAX_BODY_BYTES: Final = 1 << 20
CHUNK_BYTES: Final = 1 << 12
MAX_UNKNOWN_KIDS: Final = 100
VERY_LONG_S: Final = 3600.0
DEFAULT_LIFETIME_S: Final = 300.0
KEY_TYPES: Final = frozenset({"RSA", "EC", "OKP"})
MIN_MODULUS_CHARACTERS: Final = 342  # 2048 bits in base64url
MAX_AGE_PATTERN: Final = re.compile(r"max-age=(\d{1,9})")


class FetchError(Exception):
    """The key set could not be fetched; the set in use is kept."""


class KeysUnavailableError(Exception):
    """No key set is available; the service responds with 503."""


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Treats a redirect as a response without keys."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        message: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """Return None, so that the redirect is not followed."""


@dataclass
class KeyCache:
    """The key set of one URI, shared by the threads of a service.

    Attributes:
        uri: The URI of the key set.
        fetching: How it is fetched.
        clock: Returns monotonic seconds.
        http: Handler that opens its URLs.
    """

    uri: str
    fetching: Fetching = GOOD
    clock: Callable[[], float] = time.monotonic
    http: urllib.request.HTTPHandler = field(default_factory=urllib.request.HTTPHandler)
    _document: Document | None = None
    _fresh_until: float = 0.0
    _next_fetch: float = 0.0
    _is_dead: bool = False
    _unknown_kids: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def find_keys(self, kid: object) -> Document:
        """Return the JWK Set to verify a token with this `kid`.

        Raises:
            KeysUnavailableError: no key set could be fetched.
        """
        with self._lock:
            if self._is_dead:
                raise RuntimeError
            if self._is_due():
                self._refresh()
            if not self._has_key(kid):
                self._handle_unknown_kid()
            if self._document is None:
                raise KeysUnavailableError
            return self._document

    def _handle_unknown_kid(self) -> None:
        if self.clock() >= self._next_fetch:
            self._refresh()
        self._unknown_kids += 1
        if self._unknown_kids == MAX_UNKNOWN_KIDS and not self.fetching.survives_unknown_kids:
            self._is_dead = True

    def _is_due(self) -> bool:
        if self._document is None or not self.fetching.caches_sets:
            return True
        now = self.clock()
        return now >= self._fresh_until and now >= self._next_fetch

    def _has_key(self, kid: object) -> bool:
        keys = (self._document or {}).get("keys", [])
        return not self.fetching.caches_sets or any(key.get("kid") == kid for key in keys)

    def _refresh(self) -> None:
        if self._document is not None and not self.fetching.refetches:
            return
        try:
            document, lifetime_s = self._fetch()
        except FetchError:
            self._fail()
            return
        if not self.fetching.drops_removed_keys and self._document is not None:
            document = {"keys": _merge(document["keys"], self._document["keys"])}
        self._document = document
        now = self.clock()
        self._fresh_until = now + lifetime_s
        self._next_fetch = now + min(self.fetching.cooldown_s, lifetime_s)

    def _fail(self) -> None:
        self._next_fetch = self.clock() + (
            FAILURE_PAUSE_S if self.fetching.retries else VERY_LONG_S
        )
        if not self.fetching.keeps_last_set:
            self._document = None

    def _fetch(self) -> tuple[Document, float]:
        body, headers = self._request()
        lifetime_s = _read_lifetime(headers) if self.fetching.respects_max_age else VERY_LONG_S
        return self._select(body), lifetime_s

    def _request(self) -> tuple[bytes, HTTPMessage]:
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({}), self.http]
        if not self.fetching.follows_redirects:
            handlers.append(NoRedirects())
        opener = urllib.request.build_opener(*handlers)
        deadline_s = MAX_FETCH_S if self.fetching.has_deadline else VERY_LONG_S
        try:
            with opener.open(self.uri, timeout=deadline_s) as response:
                return self._read_body(response, self.clock() + deadline_s), response.headers
        except (OSError, HTTPException, ValueError) as error:
            raise FetchError from error

    def _read_body(self, response: HTTPResponse, deadline: float) -> bytes:
        body = b""
        while chunk := response.read1(CHUNK_BYTES):
            body += chunk
            if len(body) > MAX_BODY_BYTES or self.clock() > deadline:
                raise FetchError
        if response.length:
            raise FetchError
        return body

    def _select(self, body: bytes) -> Document:
        try:
            return self._select_or_crash(body)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            self._is_dead = not self.fetching.survives_bad_json
            if self.fetching.handles_bad_json:
                raise FetchError from error
            raise

    def _select_or_crash(self, body: bytes) -> Document:
        document = json.loads(body)
        keys = [self._read(key) for key in document["keys"] if self._is_usable(key)]
        kids = {key.get("kid") for key in keys}
        if not keys or (self.fetching.refuses_duplicate_kids and len(kids) < len(keys)):
            raise FetchError
        return {**document, "keys": keys if self.fetching.keeps_all_keys else keys[-1:]}

    def _is_usable(self, key: Document) -> bool:
        if key["kty"] not in KEY_TYPES:
            if self.fetching.skips_unknown_types:
                return False
            raise FetchError
        if "d" in key and self.fetching.refuses_private_keys:
            raise FetchError
        if key.get("use", "sig") != "sig" and self.fetching.checks_use:
            return False
        is_weak = key["kty"] == "RSA" and len(key["n"]) < MIN_MODULUS_CHARACTERS
        return not (is_weak and self.fetching.checks_size)

    def _read(self, key: Document) -> Document:
        """Return the key as a signing key, even if it has another `use`."""
        return key if key.get("use", "sig") == "sig" else {**key, "use": "sig", "alg": "RS256"}


def _merge(newer: list[Document], older: list[Document]) -> list[Document]:
    kids = {key.get("kid") for key in newer}
    return newer + [key for key in older if key.get("kid") not in kids]


def _read_lifetime(headers: HTTPMessage) -> float:
    if "no-store" in headers.get("Cache-Control", ""):
        return 0.0
    match = MAX_AGE_PATTERN.search(headers.get("Cache-Control", ""))
    return float(match[1]) if match else DEFAULT_LIFETIME_S
