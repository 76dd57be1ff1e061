"""A real service that needs a bearer token, and verifies it as badly as it is told to.

    python -m tests.weak_verifier.service --jwks-uri URL --without exp --fetching no-cooldown

It says where it listens, and serves until it is told to stop.
"""

import argparse
import contextlib
import json
import os
import socketserver
import time
import urllib.request
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.weak_verifier.behaviours import Behaviour
from tests.weak_verifier.checks import RefusedError, verify
from tests.weak_verifier.fetching import FETCHINGS, KeyCache, KeysUnavailableError
from tests.weak_verifier.reading import Request, read_request

LARGE_KID = 4096
MOST_UNKNOWN_KIDS = 3
SLOW_S = 0.3
FETCH_TIMEOUT_S = 1
LARGEST_DOCUMENT = 1 << 20
HANGING_S = 600


class ClosingError(Exception):
    """The connection is closed without an answer."""


@dataclass(frozen=True)
class Verifier:
    """What decides about a request.

    Attributes:
        keys: The key set.
        issuer: Whose tokens count.
        audience: For whom.
        without: The checks that are left out.
        behaviours: What else is wrong.
        header: The header field with the bare token; empty for `Authorization`.
        cookie: The cookie with the token; empty for none.
        unknown_kids: Those that tokens have named so far.
    """

    keys: KeyCache
    issuer: str
    audience: str
    without: frozenset[str]
    behaviours: frozenset[Behaviour]
    header: str = ""
    cookie: str = ""
    unknown_kids: set[str] = field(default_factory=set)

    def judge(self, request: Request) -> int:
        """Return the status of the answer."""
        authorization = self.read_credentials(request)
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
                now=time.time(),
                fetch=fetch,
            )
        except RefusedError:
            return 429 if Behaviour.ANSWERS_429 in self.behaviours else 401
        return 200

    def read_credentials(self, request: Request) -> list[str]:
        """Return the values of `Authorization`, wherever the token comes."""
        if self.cookie:
            pairs = (pair.strip() for line in request.get_all("cookie") for pair in line.split(";"))
            start = f"{self.cookie}="
            return [f"Bearer {p.removeprefix(start)}" for p in pairs if p.startswith(start)]
        if self.header:
            return [f"Bearer {value}" for value in request.get_all(self.header.lower())]
        return request.get_all("authorization")

    def _is_over_limit(self, kid: object, jwks: Mapping[str, Any]) -> bool:
        is_limited = Behaviour.LIMITS_UNKNOWN_KIDS in self.behaviours
        if (
            not is_limited
            or not isinstance(kid, str)
            or kid in {k.get("kid") for k in jwks["keys"]}
        ):
            return False
        self.unknown_kids.add(kid)
        return len(self.unknown_kids) > MOST_UNKNOWN_KIDS

    def _misbehave(self, authorization: str, header: dict[str, Any]) -> int | None:
        kid = header.get("kid")
        is_large = isinstance(kid, str) and len(kid) > LARGE_KID
        for behaviour, is_due, act in (
            (Behaviour.SLOW, True, wait_a_little),
            (Behaviour.LOOKS_AT_JKU, True, lambda: look_at(header)),
            (Behaviour.NEEDS_EXACT_SCHEME, not authorization.startswith("Bearer "), lambda: 401),
            (Behaviour.CRASHES_ON_LARGE_KID, is_large, lambda: 500),
            (Behaviour.DIES_ON_LARGE_KID, is_large, lambda: os._exit(1)),
            (Behaviour.CLOSES_ON_LARGE_KID, is_large, close),
            (Behaviour.HANGS_ON_CRIT, "crit" in header, hang),
        ):
            if behaviour in self.behaviours and is_due and (status := act()) is not None:
                return status
        return None


def wait_a_little() -> None:
    time.sleep(SLOW_S)


def close() -> None:
    raise ClosingError


def hang() -> None:
    time.sleep(HANGING_S)


def look_at(header: dict[str, Any]) -> None:
    for name in ("jku", "x5u"):
        if isinstance(header.get(name), str):
            with contextlib.suppress(OSError, ValueError):
                fetch(header[name])


def fetch(uri: str) -> bytes:
    """Fetch what a token itself names, for the verifier that follows."""
    with urllib.request.urlopen(uri, timeout=FETCH_TIMEOUT_S) as answer:  # noqa: S310  # whatever it is
        body: bytes = answer.read(LARGEST_DOCUMENT)
    return body


def read_header(authorization: str) -> dict[str, Any]:
    """Return the header of the token as far as it can be read."""
    encoded = authorization.rpartition(" ")[2].partition(".")[0]
    try:
        header = json.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (ValueError, RecursionError):
        return {}
    return header if isinstance(header, dict) else {}


def build_handler(verifier: Verifier) -> Callable[..., socketserver.BaseRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            request = read_request(self.rfile)
            if request is None:
                return
            try:
                status = verifier.judge(request)
            except ClosingError:
                return
            except Exception:  # noqa: BLE001  # what web frameworks make of an error of their handlers
                status = 500
            head = f"HTTP/1.1 {status} Judged\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            self.wfile.write(head.encode())

    return Handler


class Server(socketserver.ThreadingTCPServer):
    """One thread for each connection; none outlives the process."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a prober that does not wait for the answer is no error."""


def build_verifier(args: argparse.Namespace) -> Verifier:
    fetching = FETCHINGS[args.fetching]
    if args.cooldown is not None:
        fetching = replace(fetching, cooldown_s=args.cooldown)
    if "key-strength" in args.without:  # a weak key has to get into the set to be found weak
        fetching = replace(fetching, heeds_size=False)
    return Verifier(
        KeyCache(args.jwks_uri, fetching),
        args.issuer,
        args.audience,
        frozenset(args.without),
        frozenset(args.behaviour),
        args.header,
        args.cookie,
    )


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jwks-uri", required=True)
    parser.add_argument("--issuer", default="https://issuer.local")
    parser.add_argument("--audience", default="stream-watcher-docker")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fetching", default="good", choices=FETCHINGS)
    parser.add_argument("--cooldown", type=float, help="in seconds; default: that of the fetching")
    parser.add_argument("--header", default="", help="for the bare token")
    parser.add_argument("--cookie", default="", help="for the bare token")
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--behaviour", action="append", default=[], type=Behaviour)
    args = parser.parse_args(argv)
    with Server(("127.0.0.1", args.port), build_handler(build_verifier(args))) as server:
        print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)  # noqa: T201  # how the tests learn where
        server.serve_forever()


if __name__ == "__main__":
    main()
