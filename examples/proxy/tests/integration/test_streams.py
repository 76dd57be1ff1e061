"""Request and response stream independently of each other and of other requests."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Final

import httpx
import pytest

from tests import patient_http
from tests.services import Service

if TYPE_CHECKING:
    from examples.proxy.tests.integration.conftest import Upstream

pytestmark = pytest.mark.requirement("OPS-3")

MEGABYTE: Final = 1024 * 1024


@contextmanager
def send_head(
    proxy: Service, token: str, request: str, *fields: str
) -> Iterator[tuple[socket.socket, HTTPResponse]]:
    """Send the head of a request; return the connection and its pending response."""
    host, port = proxy.url.removeprefix("http://").split(":")
    head = [f"{request} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", *fields, "", ""]
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall("\r\n".join(head).encode("latin-1"))
        with HTTPResponse(connection) as answer:
            yield connection, answer


def answer_with(text: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(text)
        request.close_connection = True

    return respond


def test_requests_on_one_connection_do_not_wait_for_acknowledgements(proxy: Service) -> None:
    with patient_http.Client(base_url=proxy.url) as client:

        def measure() -> float:
            start = time.perf_counter()
            client.get("/healthz")
            return time.perf_counter() - start

        for _ in range(20):  # Linux acknowledges the first packets of a connection at once
            measure()
        # A delayed acknowledgement takes 40 ms each time; a busy machine is slow only now and then.
        assert any(all(measure() < 0.02 for _ in range(5)) for _ in range(500))


def test_upstream_may_answer_while_the_client_still_sends(
    proxy: Service, token: str, upstream: "Upstream"
) -> None:
    size, piece = 32 * MEGABYTE, b"x" * 65536

    def echo(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(size))
        request.end_headers()
        for _ in range(size // len(piece)):
            request.wfile.write(request.rfile.read(len(piece)))

    upstream.respond = echo

    with send_head(proxy, token, "POST /", f"Content-Length: {size}") as (connection, answer):

        def send_body() -> None:
            for _ in range(size // len(piece)):
                connection.sendall(piece)

        sender = threading.Thread(target=send_body)
        sender.start()
        answer.begin()
        received = len(answer.read())
        sender.join()

    assert received == size


def test_upstream_may_answer_before_the_body_comes(
    proxy: Service, token: str, upstream: "Upstream"
) -> None:
    upstream.respond = answer_with(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno")

    with send_head(proxy, token, "POST /", "Content-Length: 10") as (_, answer):
        answer.begin()

        assert (answer.status, answer.read()) == (401, b"no")


def test_upstream_that_takes_no_more_of_the_body_is_504(
    hasty_proxy: Service, token: str, upstream: "Upstream"
) -> None:
    released = threading.Event()

    def take_nothing(_request: BaseHTTPRequestHandler) -> None:
        released.wait(60)

    upstream.respond = take_nothing

    with send_head(hasty_proxy, token, "POST /", f"Content-Length: {64 * MEGABYTE}") as (
        sending,
        answer,
    ):

        def send_body() -> None:
            try:
                sending.sendall(b"x" * 64 * MEGABYTE)
            except OSError:
                return  # the proxy has closed the connection

        sender = threading.Thread(target=send_body)
        sender.start()
        answer.begin()
        sending.shutdown(socket.SHUT_RDWR)
        sender.join()
        released.set()

    assert answer.status == 504


def test_open_streams_hold_nobody_up(proxy: Service, token: str, upstream: "Upstream") -> None:
    released = threading.Event()

    def hold(request: BaseHTTPRequestHandler) -> None:
        if request.path == "/hold":
            request.send_response(200)
            request.end_headers()
            released.wait(30)
        else:
            answer_with(b"HTTP/1.1 204 No Content\r\n\r\n")(request)

    upstream.respond = hold

    with ExitStack() as stack:
        stack.callback(released.set)
        for _ in range(110):  # more than the 100 that HTTP clients keep open by default
            _, answer = stack.enter_context(send_head(proxy, token, "GET /hold"))
            answer.begin()

        _, answer = stack.enter_context(send_head(proxy, token, "GET /"))
        answer.begin()

    assert answer.status == 204


def test_client_that_leaves_before_the_answer_frees_the_upstream(
    proxy: Service, token: str, upstream: "Upstream"
) -> None:
    arrived, freed = threading.Event(), threading.Event()

    def wait_for_end(request: BaseHTTPRequestHandler) -> None:
        arrived.set()
        if request.rfile.read(1) == b"":
            freed.set()

    upstream.respond = wait_for_end
    with send_head(proxy, token, "GET /"):
        assert arrived.wait(60)

    assert freed.wait(60)


def test_blanks_around_a_header_value_are_no_fault(
    proxy: Service, token: str, upstream: "Upstream"
) -> None:
    assert upstream.respond is None

    with send_head(proxy, token, "GET /", "X-Foo: bar \t") as (_, answer):
        answer.begin()

        assert answer.status == 200
        assert b'["x-foo", "bar"]' in answer.read()


@pytest.mark.parametrize(
    ("request_line", "field"), [("OPTIONS *", "X-Foo: bar"), ("GET /", "X-Foo: b\xe9b\xe9")]
)
def test_request_that_cannot_be_sent_on_is_400(
    proxy: Service, token: str, request_line: str, field: str
) -> None:
    with send_head(proxy, token, request_line, field) as (_, answer):
        answer.begin()

        assert answer.status == 400
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 600 What\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
    ids=["status", "upgrade", "two lengths", "not HTTP"],
)
def test_answer_that_is_not_http_is_502(
    client: httpx.Client, upstream: "Upstream", text: bytes
) -> None:
    upstream.respond = answer_with(text)

    answer = client.get("/")

    assert answer.status_code == 502
    assert answer.json()["title"] == "Bad gateway"
