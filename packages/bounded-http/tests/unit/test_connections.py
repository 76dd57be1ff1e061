"""Several requests on a connection, and its end: half-closed, pipelined, rejected, at shutdown."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from conftest import Connect

REQUEST: Final = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
POST: Final = b"POST /a HTTP/1.1\r\nHost: a\r\n"
CLOSE: Final = b"GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


async def answer_later(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await asyncio.sleep(1)
    body = scope["path"].encode()
    fields = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize("count", [1, 3, pytest.param(2000, marks=pytest.mark.timeout(600))])
def test_half_closed_requests_are_answered(connect: "Connect", count: int) -> None:
    connection = connect(answer_later)
    connection.send(REQUEST * count)
    connection.client.shutdown(1)
    response = b""
    for _ in range(count + 1):
        connection.wait(1)
        response += connection.read()

    assert connection.list_statuses(response) == [200] * count
    assert b"/a<closed>" in response


@pytest.mark.parametrize("rest", [b"GET", b"\x16\x03", b"GET / HTTP/1.1\r\n\r\n", b"\r\n"])
def test_half_closed_request_is_answered_despite_later_data(
    connect: "Connect", rest: bytes
) -> None:
    connection = connect(answer_later)
    connection.send(REQUEST + rest)
    connection.client.shutdown(1)
    connection.wait(4)
    response = connection.read()

    assert connection.list_statuses(response)[0] == 200
    assert response.endswith(b"<closed>")


@pytest.mark.parametrize(
    "data",
    [b"", b"GET /", b"GET / HTTP/1.1\r\nHost: a\r\n", POST + b"Content-Length: 5\r\n\r\nhi"],
)
def test_incomplete_request_ends_the_connection(connect: "Connect", data: bytes) -> None:
    connection = connect()
    connection.send(data)
    connection.client.shutdown(1)
    connection.settle()

    assert connection.read() == b"<closed>"
    assert connection.requests == []


def test_pipelined_requests_wait_unparsed(connect: "Connect") -> None:
    connection = connect(answer_later)
    count = 20_000
    requests = REQUEST * count
    connection.client.setsockopt(1, 7, 1 << 20)  # SO_SNDBUF
    sent = connection.client.send(requests)
    connection.settle()

    assert sent > 100_000
    assert len(connection.protocol.pipeline) < 700
    connection.wait(2)
    assert connection.list_statuses(connection.read()) == [200, 200]


def test_invalid_request_waits_for_earlier_responses(connect: "Connect") -> None:
    connection = connect(answer_later)
    connection.send(REQUEST * 2 + b"GET / HTTP/1.1\r\n\r\n")
    assert connection.read() == b""
    connection.wait(3)

    assert connection.list_statuses(connection.read()) == [200, 200, 400]


def test_rejected_body_ends_the_request_of_the_application(connect: "Connect") -> None:
    messages = []

    async def listen(_scope: Any, receive: Any, _send: Any) -> None:
        while (message := await receive())["type"] == "http.request":
            messages.append(message["body"])
        messages.append(message["type"])

    connection = connect(listen)
    connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n")
    connection.send(b"nonsense")

    assert connection.list_statuses(connection.read()) == [400]
    assert messages == [b"hi", "http.disconnect"]


def test_rejected_body_truncates_a_response_that_has_started(connect: "Connect") -> None:
    async def begin(_scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        while (await receive())["type"] == "http.request":
            pass

    connection = connect(begin)
    connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n")
    connection.send(b"nonsense")

    response = connection.read()
    assert connection.list_statuses(response) == [200]
    assert response.endswith(b"\r\n\r\n<closed>")


@pytest.mark.parametrize("sent", [1, 20, 49, 56])
def test_request_that_is_being_read_is_answered_at_shutdown(connect: "Connect", sent: int) -> None:
    data = POST + b"Content-Length: 9\r\n\r\nsub=alice"
    connection = connect()
    connection.send(data[:sent])
    connection.protocol.shutdown()
    connection.send(data[sent:])
    response = connection.read()

    assert connection.list_statuses(response) == [200]
    assert b"connection: close" in response
    assert response.endswith(b"<closed>")


def test_idle_connection_is_closed_at_shutdown(connect: "Connect") -> None:
    connection = connect()
    connection.send(POST + b"Content-Length: 9\r\n\r\nsub=alice")
    connection.read()
    connection.protocol.shutdown()
    connection.settle()

    assert connection.read() == b"<closed>"


def test_requests_in_progress_are_completed_at_shutdown(connect: "Connect") -> None:
    connection = connect(answer_later)
    connection.send(REQUEST * 2)
    connection.protocol.shutdown()
    connection.wait(3)
    response = connection.read()

    assert connection.list_statuses(response) == [200, 200]
    assert response.endswith(b"<closed>")


def test_application_that_asks_for_its_body_does_not_resume_reading(connect: "Connect") -> None:
    async def wait_for_end(_scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    connection = connect(wait_for_end)
    sent = 0
    for _ in range(200):
        try:
            sent += connection.client.send(REQUEST * 1000)
        except BlockingIOError:
            break
        connection.settle()

    assert sent < 2_000_000


def test_body_after_pipelined_requests_is_whole(connect: "Connect") -> None:
    connection = connect()
    before = REQUEST * 3
    body = b"x" * 500_000
    connection.send(before + POST + b"Content-Length: 500000\r\n\r\n" + body[:100_000])
    connection.send(body[100_000:] + CLOSE)

    assert connection.list_statuses(connection.read()) == [200] * 5
    assert connection.requests[3]["body"] == body
