"""A real service that requires a bearer token, and omits checks on request.

    python -m tests.weak_verifier.service --jwks-uri URL --without exp --fetching no-cooldown

It prints its URL and serves until it is stopped. In a thread of this process it can use another
clock.
"""

import argparse
import socketserver
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from tests.weak_verifier.behaviours import Behaviour
from tests.weak_verifier.fetching import FETCHINGS
from tests.weak_verifier.key_cache import KeyCache
from tests.weak_verifier.reading import read_request
from tests.weak_verifier.verifier import ClosingError, DyingError, Verifier

POLL_INTERVAL_S: Final = 0.02


@dataclass(frozen=True)
class Environment:
    """Clock and transport of a service.

    Attributes:
        clock: Returns monotonic seconds.
        sleep: Waits for the given number of seconds.
        now: Returns the seconds since the epoch.
        http: Handler that opens the URL of the keys.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    http: urllib.request.HTTPHandler = field(default_factory=urllib.request.HTTPHandler)


class Server(socketserver.ThreadingTCPServer):
    """Server with one daemon thread per connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, port: int, verifier: Verifier) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.verifier = verifier

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def serve(self) -> None:
        """Serve until `stop` is called."""
        self.serve_forever(POLL_INTERVAL_S)

    def stop(self) -> None:
        """Stop serving; must not be called by the thread that serves."""
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Do not log, since a client may close the connection before the response."""


class Handler(socketserver.StreamRequestHandler):
    """Responds to one request."""

    server: Server

    def handle(self) -> None:
        """Respond with the status that the verifier returns."""
        request = read_request(self.rfile)
        if request is None:
            return
        try:
            status = self.server.verifier.judge(request)
        except DyingError:
            self.server.stop()
            return
        except ClosingError:
            return
        except Exception:  # noqa: BLE001  # web frameworks answer 500 to any error of a handler
            status = 500
        head = f"HTTP/1.1 {status} Judged\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        self.wfile.write(head.encode())


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
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
    return parser.parse_args(argv)


def build_server(args: argparse.Namespace, environment: Environment) -> Server:
    fetching = FETCHINGS[args.fetching]
    if args.cooldown is not None:
        fetching = replace(fetching, cooldown_s=args.cooldown)
    if "key-strength" in args.without:  # a weak key has to be in the set to be accepted
        fetching = replace(fetching, checks_size=False)
    verifier = Verifier(
        KeyCache(args.jwks_uri, fetching, environment.clock, environment.http),
        args.issuer,
        args.audience,
        frozenset(args.without),
        frozenset(args.behaviour),
        args.header,
        args.cookie,
        environment.sleep,
        environment.now,
    )
    return Server(args.port, verifier)


@contextmanager
def run_in_thread(
    arguments: Sequence[str], environment: Environment | None = None
) -> Iterator[str]:
    """Serve in a thread while the block runs, and yield the URL.

    Args:
        arguments: The command line.
        environment: By default real time, and real connections to the key endpoint.
    """
    server = build_server(parse_arguments(arguments), environment or Environment())
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield server.url
    server.stop()
    thread.join()


def main() -> None:
    with build_server(parse_arguments(None), Environment()) as server:
        print(f"listening on {server.url}", flush=True)  # noqa: T201  # how the tests learn where
        server.serve()


if __name__ == "__main__":
    main()
