"""How a verifier gets its keys: well, or with exactly one weakness.

Standard library only, and nothing of the packages under test: what finds these weaknesses must not
share code with what has them.
"""

import json
import re
import threading
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO, Any, Final

Document = dict[str, Any]

FAILURE_PAUSE_S: Final = 0.2
LONGEST_FETCH_S: Final = 2.0
LARGEST_BODY: Final = 1 << 20
CHUNK: Final = 1 << 12
LONG_S: Final = 3600.0
DEFAULT_LIFETIME_S: Final = 300.0
KEY_TYPES: Final = frozenset({"RSA", "EC", "OKP"})
SHORTEST_MODULUS: Final = 342  # 2048 bits in base64url
MAX_AGE: Final = re.compile(r"max-age=(\d{1,9})")


class FetchError(Exception):
    """The key set could not be fetched; the set in use stays."""


class KeysUnavailableError(Exception):
    """There is no key set to judge a token by; a service answers 503."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetching:
    """How keys are fetched; as it stands, without a weakness.

    Attributes:
        honours_max_age: A set is kept for as long as its answer says; else for an hour.
        keeps_sets: A set is used for more than one token.
        cooldown_s: Least time between two fetches that unknown keys cause.
        refetches: A set is ever fetched again.
        retries: After a failed fetch there is another one, later.
        keeps_last_good: After a failed fetch the set in use stays.
        expects_bad_json: What is no key set counts as a failed fetch; else it is an error of ours.
        outlives_bad_json: Such an error concerns the requests of that moment only.
        follows_redirects: The answer may come from anywhere.
        has_deadline: A fetch ends, however steadily the answer trickles.
        drops_removed: A newer set replaces the older one; else it adds to it.
        skips_foreign: Keys of unknown types are passed over; else they spoil the set.
        heeds_use: Keys for encryption verify nothing.
        heeds_size: RSA keys below 2048 bits are passed over; else it is the verifier that minds.
        heeds_exposure: Keys whose private part is shown spoil the set; else they count.
        wants_one_of_a_name: Two keys of one name spoil the set; else both count.
    """

    honours_max_age: bool = True
    keeps_sets: bool = True
    cooldown_s: float = 5.0
    refetches: bool = True
    retries: bool = True
    keeps_last_good: bool = True
    expects_bad_json: bool = True
    outlives_bad_json: bool = True
    follows_redirects: bool = False
    has_deadline: bool = True
    drops_removed: bool = True
    skips_foreign: bool = True
    heeds_use: bool = True
    heeds_size: bool = True
    heeds_exposure: bool = True
    wants_one_of_a_name: bool = True


GOOD: Final = Fetching()
FETCHINGS: Final[Mapping[str, Fetching]] = {
    "good": GOOD,
    "ignores-max-age": replace(GOOD, honours_max_age=False),
    "fetches-for-each-token": replace(GOOD, keeps_sets=False),
    "no-cooldown": replace(GOOD, cooldown_s=0.0),
    "never-refetches": replace(GOOD, honours_max_age=False, refetches=False),
    "gives-up-after-a-failure": replace(GOOD, retries=False),
    "drops-its-keys": replace(GOOD, keeps_last_good=False),
    "crashes-on-bad-json": replace(GOOD, expects_bad_json=False),
    "dies-of-bad-json": replace(GOOD, expects_bad_json=False, outlives_bad_json=False),
    "follows-redirects": replace(GOOD, follows_redirects=True),
    "waits-for-ever": replace(GOOD, has_deadline=False),
    "keeps-removed-keys": replace(GOOD, drops_removed=False),
    "stumbles-over-foreign-keys": replace(GOOD, skips_foreign=False),
    "accepts-encryption-keys": replace(GOOD, heeds_use=False),
    "accepts-exposed-keys": replace(GOOD, heeds_exposure=False),
    "accepts-namesakes": replace(GOOD, wants_one_of_a_name=False),
}
"""By name: the good way, and each weakness."""


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is what it is: an answer without keys."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """Do not follow."""


@dataclass
class KeyCache:
    """The key set of one URI, shared by the threads of a service.

    Attributes:
        uri: Where it is.
        fetching: How it is fetched.
    """

    uri: str
    fetching: Fetching = GOOD
    _document: Document | None = None
    _fresh_until: float = 0.0
    _next_fetch: float = 0.0
    _is_dead: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def find_keys(self, kid: object) -> Document:
        """Return the JWK Set to verify a token of this `kid` with.

        Raises:
            KeysUnavailableError: there is none.
        """
        with self._lock:
            if self._is_dead:
                raise RuntimeError
            if self._is_due():
                self._refresh()
            if not self._knows(kid) and time.monotonic() >= self._next_fetch:
                self._refresh()
            if self._document is None:
                raise KeysUnavailableError
            return self._document

    def _is_due(self) -> bool:
        if self._document is None or not self.fetching.keeps_sets:
            return True
        now = time.monotonic()
        return now >= self._fresh_until and now >= self._next_fetch

    def _knows(self, kid: object) -> bool:
        keys = (self._document or {}).get("keys", [])
        return not self.fetching.keeps_sets or any(key.get("kid") == kid for key in keys)

    def _refresh(self) -> None:
        if self._document is not None and not self.fetching.refetches:
            return
        try:
            document, lifetime_s = self._fetch()
        except FetchError:
            self._fail()
            return
        if not self.fetching.drops_removed and self._document is not None:
            document = {"keys": _merge(document["keys"], self._document["keys"])}
        self._document = document
        now = time.monotonic()
        self._fresh_until = now + lifetime_s
        self._next_fetch = now + min(self.fetching.cooldown_s, lifetime_s)

    def _fail(self) -> None:
        self._next_fetch = time.monotonic() + (FAILURE_PAUSE_S if self.fetching.retries else LONG_S)
        if not self.fetching.keeps_last_good:
            self._document = None

    def _fetch(self) -> tuple[Document, float]:
        body, headers = self._request()
        lifetime_s = _read_lifetime(headers) if self.fetching.honours_max_age else LONG_S
        return self._select(body), lifetime_s

    def _request(self) -> tuple[bytes, HTTPMessage]:
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if not self.fetching.follows_redirects:
            handlers.append(NoRedirects())
        opener = urllib.request.build_opener(*handlers)
        deadline_s = LONGEST_FETCH_S if self.fetching.has_deadline else LONG_S
        try:
            with opener.open(self.uri, timeout=deadline_s) as response:
                return _read_body(response, time.monotonic() + deadline_s), response.headers
        except (OSError, HTTPException, ValueError) as error:
            raise FetchError from error

    def _select(self, body: bytes) -> Document:
        try:
            return self._select_or_crash(body)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            self._is_dead = not self.fetching.outlives_bad_json
            if self.fetching.expects_bad_json:
                raise FetchError from error
            raise

    def _select_or_crash(self, body: bytes) -> Document:
        document = json.loads(body)
        keys = [self._read(key) for key in document["keys"] if self._is_fit(key)]
        names = {key.get("kid") for key in keys}
        if not keys or (self.fetching.wants_one_of_a_name and len(names) < len(keys)):
            raise FetchError
        return {**document, "keys": keys}

    def _is_fit(self, key: Document) -> bool:
        if key["kty"] not in KEY_TYPES:
            if self.fetching.skips_foreign:
                return False
            raise FetchError
        if "d" in key and self.fetching.heeds_exposure:
            raise FetchError
        if key.get("use", "sig") != "sig" and self.fetching.heeds_use:
            return False
        is_weak = key["kty"] == "RSA" and len(key["n"]) < SHORTEST_MODULUS
        return not (is_weak and self.fetching.heeds_size)

    def _read(self, key: Document) -> Document:
        """Return the key for signatures, also where it was meant for something else."""
        return key if key.get("use", "sig") == "sig" else {**key, "use": "sig", "alg": "RS256"}


def _merge(newer: list[Document], older: list[Document]) -> list[Document]:
    names = {key.get("kid") for key in newer}
    return newer + [key for key in older if key.get("kid") not in names]


def _read_lifetime(headers: HTTPMessage) -> float:
    if "no-store" in headers.get("Cache-Control", ""):
        return 0.0
    match = MAX_AGE.search(headers.get("Cache-Control", ""))
    return float(match[1]) if match else DEFAULT_LIFETIME_S


def _read_body(response: HTTPResponse, deadline: float) -> bytes:
    body = b""
    while chunk := response.read1(CHUNK):
        body += chunk
        if len(body) > LARGEST_BODY or time.monotonic() > deadline:
            raise FetchError
    if response.length:
        raise FetchError
    return body
