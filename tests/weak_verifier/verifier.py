"""The response to a request: token checks, and faulty behaviours of the service."""

import contextlib
import json
import time
import urllib.request
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.weak_verifier.behaviours import Behaviour
from tests.weak_verifier.checks import RefusedError, verify
from tests.weak_verifier.key_cache import KeyCache, KeysUnavailableError
from tests.weak_verifier.reading import Request

TOKEN_DOTS: Final = 2
MAX_KID_CHARACTERS: Final = 4096
MAX_UNKNOWN_KIDS: Final = 3
SLOW_S: Final = 0.3
FETCH_TIMEOUT_S: Final = 1
MAX_DOCUMENT_BYTES: Final = 1 << 20
HANGING_S: Final = 600


class ClosingError(Exception):
    """The service must close the connection without a response."""


class DyingError(ClosingError):
    """The service must close the connection and stop."""


@dataclass(frozen=True)
class Verifier:
    """Decides about requests.

    Attributes:
        keys: The key set.
        issuer: The accepted `iss`.
        audience: The accepted `aud`.
        without: The omitted checks.
        behaviours: Its faulty behaviours.
        header: The header field with the bare token; empty for `Authorization`.
        cookie: The cookie with the token; empty for none.
        sleep: Waits for the given number of seconds.
        now: Returns the seconds since the epoch.
        unknown_kids: Unknown kids so far.
    """

    keys: KeyCache
    issuer: str
    audience: str
    without: frozenset[str]
    behaviours: frozenset[Behaviour]
    header: str = ""
    cookie: str = ""
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    unknown_kids: set[str] = field(default_factory=set)

    def judge(self, request: Request) -> int:
        """Return the status of the response."""
        authorization = self.read_credentials(request)
        if not authorization or authorization[0].count(".") != TOKEN_DOTS:
            self._fail_on_malformed()
        if not authorization:
            return 200 if Behaviour.ACCEPTS_NO_TOKEN in self.behaviours else 401
        header = read_header(authorization[0])
        try:
            if (status := self._misbehave(authorization[0], header)) is not None:
                return status
            jwks = self.keys.find_keys(header.get("kid"))
        except KeysUnavailableError:
            return 503
        if self._is_over_limit(header.get("kid"), jwks):
            return 500
        try:
            verify(
                authorization,
                jwks,
                issuer=self.issuer,
                audience=self.audience,
                without=self.without,
                now=self.now(),
                fetch=fetch,
            )
        except RefusedError:
            return 429 if Behaviour.ANSWERS_429 in self.behaviours else 401
        return 200

    def read_credentials(self, request: Request) -> list[str]:
        """Return the credentials as values of `Authorization`, even from a cookie or a header."""
        if self.cookie:
            pairs = (pair.strip() for line in request.get_all("cookie") for pair in line.split(";"))
            start = f"{self.cookie}="
            return [f"Bearer {p.removeprefix(start)}" for p in pairs if p.startswith(start)]
        if self.header:
            return [f"Bearer {value}" for value in request.get_all(self.header.lower())]
        return request.get_all("authorization")

    def _fail_on_malformed(self) -> None:
        if Behaviour.ANSWERS_500_TO_MALFORMED in self.behaviours:
            message = "not a token"
            raise ValueError(message)  # the service answers 500
        if Behaviour.CLOSES_ON_MALFORMED in self.behaviours:
            close()

    def _is_over_limit(self, kid: object, jwks: Mapping[str, Any]) -> bool:
        is_limited = Behaviour.LIMITS_UNKNOWN_KIDS in self.behaviours
        if (
            not is_limited
            or not isinstance(kid, str)
            or kid in {k.get("kid") for k in jwks["keys"]}
        ):
            return False
        self.unknown_kids.add(kid)
        return len(self.unknown_kids) > MAX_UNKNOWN_KIDS

    def _misbehave(self, authorization: str, header: dict[str, Any]) -> int | None:
        kid = header.get("kid")
        is_large = isinstance(kid, str) and len(kid) > MAX_KID_CHARACTERS
        for behaviour, is_due, act in (
            (Behaviour.SLOW, True, lambda: self.sleep(SLOW_S)),
            (Behaviour.LOOKS_AT_JKU, True, lambda: fetch_named_urls(header)),
            (Behaviour.NEEDS_EXACT_SCHEME, not authorization.startswith("Bearer "), lambda: 401),
            (Behaviour.CRASHES_ON_LARGE_KID, is_large, lambda: 500),
            (Behaviour.DIES_ON_LARGE_KID, is_large, die),
            (Behaviour.CLOSES_ON_LARGE_KID, is_large, close),
            (Behaviour.HANGS_ON_CRIT, "crit" in header, lambda: self.sleep(HANGING_S)),
        ):
            if behaviour in self.behaviours and is_due and (status := act()) is not None:
                return status
        return None


def close() -> None:
    raise ClosingError


def die() -> None:
    raise DyingError


def fetch_named_urls(header: dict[str, Any]) -> None:
    for name in ("jku", "x5u"):
        if isinstance(header.get(name), str):
            with contextlib.suppress(OSError, ValueError):
                fetch(header[name])


def fetch(uri: str) -> bytes:
    """Fetch a URL that a token names."""
    with urllib.request.urlopen(uri, timeout=FETCH_TIMEOUT_S) as response:  # noqa: S310  # whatever it is
        body: bytes = response.read(MAX_DOCUMENT_BYTES)
    return body


def read_header(authorization: str) -> dict[str, Any]:
    """Return the header of the token; empty if it cannot be read."""
    encoded = authorization.rpartition(" ")[2].partition(".")[0]
    try:
        header = json.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (ValueError, RecursionError):
        return {}
    return header if isinstance(header, dict) else {}
