# DEV-ONLY: never ship to production.
"""The bytes of a request, and the meaning of the response."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Final

import pytest
from tests.virtual_time.clock import VirtualClock
from token_issuer.errors import ProbeError
from token_issuer.probe.results import Reaction
from token_issuer.probe.target.client import Target
from token_issuer.probe.target.presentation import Presentation, UnsendableError
from token_issuer.probe.target.rate_limit import RateLimiter
from token_issuer.probe.target.statuses import Statuses
from token_issuer.probe.timing import Timing

pytestmark = pytest.mark.requirement("BV-3")

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Listener:
    """Server with a fixed response; `requests` are the requests that it read."""

    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/orders?x=1"


Behave = Callable[[socket.socket], None]
Listen = Callable[..., Listener]


@contextmanager
def run_listener(reply: bytes | Behave, *, reads: bool = True) -> Iterator[Listener]:
    """Reply to each connection with these bytes, or pass the connection to a function."""
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as connections:
        listener = Listener(server.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    connection = connections.enter_context(server.accept()[0])
                except OSError:
                    return
                if reads:
                    listener.requests.append(read_head(connection))
                if callable(reply):
                    reply(connection)
                else:
                    connection.sendall(reply)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener
        server.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=5)


def read_head(connection: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n") and (chunk := connection.recv(1 << 16)):
        head += chunk
    return head


def drip(connection: socket.socket) -> None:
    """Send a response byte by byte, so that it takes longer than the probe waits."""
    for byte in OK * 100:
        try:
            connection.sendall(bytes([byte]))
        except OSError:
            return
        time.sleep(0.01)


@dataclass
class AdvancingClock:
    """Clock that advances by 0.1 s at each reading."""

    seconds: float = 0.0

    def __call__(self) -> float:
        self.seconds += 0.1
        return self.seconds


@pytest.fixture
def listen() -> Iterator[Listen]:
    with ExitStack() as stack:

        def start(reply: bytes | Behave = OK, *, reads: bool = True) -> Listener:
            return stack.enter_context(run_listener(reply, reads=reads))

        yield start


@pytest.mark.parametrize(
    "values",
    [
        ["Bearer a.b.c"],
        ["Bearer a.b.c", "Bearer d.e.f"],
        ["bearer a.b.c"],
        ["  Bearer \t a.b.c  "],
        ["Bearer a.b.c, Bearer d.e.f"],
        ["Bearer \x7f\u00e9"],
        [],
    ],
)
def test_header_fields_are_sent_byte_for_byte(listen: Listen, values: list[str]) -> None:
    server = listen()

    response = Target(server.url).send(values)

    lines = server.requests[0].split(b"\r\n")
    assert lines[:2] == [b"GET /orders?x=1 HTTP/1.1", f"Host: 127.0.0.1:{server.port}".encode()]
    sent = [line for line in lines if line.startswith(b"Authorization:")]
    assert sent == [b"Authorization: " + value.encode() for value in values]
    assert (response.reaction, response.status) == (Reaction.ACCEPTED, 200)


def test_token_of_over_a_megabyte_is_sent_whole(listen: Listen) -> None:
    server = listen()

    assert Target(server.url).send_token("x" * 1_500_000).status == 200
    assert len(server.requests[0]) > 1_500_000


def test_rejection_before_the_end_of_a_long_line_is_read(listen: Listen) -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 431 Too Large\r\nConnection: close\r\n\r\n")
        connection.close()  # with unread bytes, so that the client receives a reset

    server = listen(refuse, reads=False)

    assert Target(server.url).send_token("x" * 3_000_000).describe() == "rejected with 431"


@pytest.mark.parametrize(
    ("presentation", "line"),
    [
        (Presentation("X-Api-Token"), b"X-Api-Token: Bearer a.b.c"),
        (Presentation("X-Api-Token", has_scheme=False), b"X-Api-Token: a.b.c"),
        (Presentation(cookie="session"), b"Cookie: session=a.b.c"),
    ],
)
def test_token_is_sent_where_the_target_expects_it(
    listen: Listen, presentation: Presentation, line: bytes
) -> None:
    server = listen()

    Target(server.url, presentation).send_token("a.b.c")

    assert line in server.requests[0].split(b"\r\n")
    assert b"Authorization" not in server.requests[0]


@pytest.mark.parametrize(
    ("presentation", "values", "reason"),
    [
        (Presentation(cookie="c"), ["Bearer a", "Bearer b"], "only one token"),
        (Presentation(cookie="c"), ["Bearer a;b"], "a cookie cannot contain"),
        (Presentation(cookie="c"), ["bearer a"], "the scheme"),
        (Presentation("X-T", has_scheme=False), ["bearer a"], "the scheme"),
        (Presentation(), ["Bearer a\r\nX-Admin: 1"], "end the header field"),
    ],
)
def test_credentials_that_cannot_be_presented_are_not_sent(
    listen: Listen, presentation: Presentation, values: list[str], reason: str
) -> None:
    server = listen()

    with pytest.raises(UnsendableError, match=reason):
        Target(server.url, presentation).send(values)

    assert not server.requests


@pytest.mark.parametrize(
    ("status", "reaction", "described"),
    [
        (200, Reaction.ACCEPTED, "accepted with 200"),
        (204, Reaction.ACCEPTED, "accepted with 204"),
        (401, Reaction.REFUSED, "rejected with 401"),
        (500, Reaction.CRASHED, "failed with 500"),
        (404, Reaction.UNCLEAR, "answered 404, which means neither acceptance nor rejection"),
        (
            429,
            Reaction.UNCLEAR,
            (
                "answered 429, which means neither acceptance nor rejection; it limits the rate of "
                "requests, so lower --rate"
            ),
        ),
        (302, Reaction.UNCLEAR, "answered 302, which means neither acceptance nor rejection"),
    ],
)
def test_status_is_mapped_to_a_reaction(
    listen: Listen, status: int, reaction: Reaction, described: str
) -> None:
    server = listen(f"HTTP/1.1 {status} Status\r\nContent-Length: 0\r\n\r\n".encode())

    response = Target(server.url).send_token("a")

    assert (response.reaction, response.status, response.describe()) == (
        reaction,
        status,
        described,
    )


def test_statuses_can_be_set(listen: Listen) -> None:
    server = listen(b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n")
    statuses = Statuses(refused=frozenset({302}))

    assert Target(server.url, statuses=statuses).send_token("a").reaction is Reaction.REFUSED


def test_interim_response_is_ignored(listen: Listen) -> None:
    server = listen(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK)

    assert Target(server.url).send_token("a").status == 200


def test_endless_body_does_not_block_the_probe(listen: Listen) -> None:
    def stream(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        drip(connection)

    server = listen(stream)
    rate_limiter = RateLimiter(timing=Timing(AdvancingClock(), lambda _: None))

    response = Target(server.url, rate_limiter=rate_limiter).send_token("a")

    assert response.reaction is Reaction.ACCEPTED
    assert response.duration_s < 2  # the timeout is 5 s


def hang(_: socket.socket) -> None:
    """Leave the connection open without a response."""


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("behave", [hang, drip])
def test_target_that_does_not_respond_in_time_hangs(listen: Listen, behave: object) -> None:
    server = listen(behave)

    response = Target(server.url, timeout_s=0.1).send_token("a")

    assert (response.reaction, response.describe()) == (Reaction.HUNG, "no response within 0.1 s")


def test_late_response_is_ignored(listen: Listen) -> None:
    clock = VirtualClock()

    def dawdle(connection: socket.socket) -> None:
        clock.sleep(6)
        connection.sendall(OK)

    rate_limiter = RateLimiter(timing=Timing(clock, clock.sleep))

    response = Target(listen(dawdle).url, rate_limiter=rate_limiter).send_token("a")

    assert (response.reaction, response.duration_s) == (Reaction.HUNG, 6)


@pytest.mark.parametrize("behave", [socket.socket.close, reset])
def test_closed_connection_is_recognised(listen: Listen, behave: object) -> None:
    server = listen(behave)

    response = Target(server.url).send_token("a")

    assert response.is_closed
    assert response.describe() == "closed the connection without a response"


def test_response_that_is_not_http_is_a_crash(listen: Listen) -> None:
    server = listen(b"SSH-2.0-OpenSSH_9.2\r\n")

    response = Target(server.url).send_token("a")

    assert response.reaction is Reaction.CRASHED
    assert "not HTTP" in response.describe()


def test_refused_connection_is_a_crash() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    response = Target(f"http://127.0.0.1:{port}/").send_token("a")

    assert (response.reaction, response.detail) == (
        Reaction.CRASHED,
        "no connection: Connection refused",
    )


def test_requests_are_limited_in_number_and_rate(listen: Listen) -> None:
    clock = VirtualClock()
    target = Target(
        listen().url,
        rate_limiter=RateLimiter(20, max_requests=4, timing=Timing(clock, clock.sleep)),
    )

    for _ in range(4):
        target.send_token("a")

    assert clock() == pytest.approx(0.15)
    with pytest.raises(ProbeError, match="limit of 4 requests"):
        target.send_token("a")
