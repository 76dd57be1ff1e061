"""Time limits, on virtual time: idle connections, slow requests, clients that do not read."""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Connect

HEAD = b"POST /a HTTP/1.1\r\nHost: a\r\n"
REQUEST = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"


def test_connection_without_a_request_is_closed(connect: "Connect") -> None:
    connection = connect()

    connection.wait(74)
    assert connection.read() == b""
    connection.wait(2)
    assert connection.read() == b"<closed>"


def test_keep_alive_counts_from_the_last_response(connect: "Connect") -> None:
    connection = connect()
    for _ in range(5):
        connection.wait(70)
        connection.send(REQUEST)
        assert connection.read().endswith(b"/a")

    connection.wait(74)
    assert connection.read() == b""
    connection.wait(2)
    assert connection.read() == b"<closed>"


@pytest.mark.parametrize(
    "start",
    [
        b"G",
        b"GET /",
        b"GET / HTTP/1.1\r",
        b"GET / HTTP/1.1\r\nHo",
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r",
        REQUEST + b"GET /",
    ],
)
@pytest.mark.parametrize("drip", [b"", b"a"])
def test_header_that_does_not_arrive_is_408(connect: "Connect", start: bytes, drip: bytes) -> None:
    connection = connect()
    connection.send(start)
    for _ in range(19):
        connection.wait(1)
        if drip and start.endswith((b"/", b"Ho")):
            connection.send(drip)
    assert b"408" not in connection.read()

    connection.wait(2)
    response = connection.read()
    assert response.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert response.endswith(b"<closed>")


def test_empty_lines_are_not_a_request(connect: "Connect") -> None:
    connection = connect()
    for _ in range(22):
        connection.send(b"\r\n")
        connection.wait(1)

    assert connection.read() == b"<closed>"


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"Content-Length: 100000\r\n\r\n", b"x"),
        (b"Content-Length: 100000\r\n\r\n", b""),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
        (b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"a:b\r\n"),
        (b"Transfer-Encoding: chunked\r\n\r\n0\r\na:", b"b"),
    ],
)
def test_slow_body_is_408(connect: "Connect", head: bytes, piece: bytes) -> None:
    connection = connect()
    connection.send(HEAD + head)
    for _ in range(19):
        connection.send(piece)
        connection.wait(1)
    assert connection.read() == b""

    connection.wait(2)
    response = connection.read()
    assert response.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert response.endswith(b"<closed>")
    assert connection.requests == []


def test_long_body_with_a_sufficient_pace_is_complete(connect: "Connect") -> None:
    connection = connect()
    connection.send(HEAD + b"Content-Length: 300000\r\n\r\n")
    for _ in range(1000):  # a quarter of an hour
        connection.send(b"x" * 300)
        connection.wait(1)

    assert connection.read().endswith(b"/a")
    assert len(connection.requests[0]["body"]) == 300_000


def test_any_pace_suffices_if_the_limit_is_off(connect: "Connect") -> None:
    connection = connect(body_bytes_per_s=0)
    connection.send(HEAD + b"Content-Length: 60\r\n\r\n")
    for _ in range(60):
        connection.wait(60)
        connection.send(b"x")

    assert connection.read().endswith(b"/a")


def test_client_that_waits_for_100_continue_is_in_time(connect: "Connect") -> None:
    async def think_then_read(_scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(100)
        await receive()
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    connection = connect(think_then_read)
    connection.send(HEAD + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    connection.wait(99)
    assert connection.read() == b""
    connection.wait(2)
    assert connection.read() == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.send(b"hi")
    assert connection.read().startswith(b"HTTP/1.1 204 ")


def test_body_may_pause_once_the_response_has_started(connect: "Connect") -> None:
    async def echo(_scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        more = True
        while more:
            message = await receive()
            more = message["more_body"]
            await send({"type": "http.response.body", "body": message["body"], "more_body": more})

    connection = connect(echo)
    connection.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    connection.send(b"1\r\na\r\n")
    assert connection.read().endswith(b"1\r\na\r\n")
    connection.wait(3600)
    connection.send(b"1\r\nb\r\n0\r\n\r\n")
    assert connection.read() == b"1\r\nb\r\n0\r\n\r\n"


def test_rest_of_a_body_is_not_awaited_after_the_response(connect: "Connect") -> None:
    connection = connect(refuse)
    connection.send(HEAD + b"Content-Length: 1000000\r\n\r\n")
    assert connection.read().startswith(b"HTTP/1.1 401 ")
    for _ in range(6):
        connection.send(b"x" * 1000)
        connection.wait(1)
    assert connection.read() == b"<closed>"


async def refuse(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 401})
    await send({"type": "http.response.body"})


@pytest.mark.parametrize(
    "head",
    [
        HEAD + b"Connection: close\r\nContent-Length: 1000000\r\n\r\n",
        HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n",
        b"POST /a HTTP/1.0\r\nContent-Length: 1000000\r\n\r\n",
    ],
    ids=["length", "chunked", "HTTP/1.0"],
)
def test_client_that_still_sends_its_body_can_read_the_last_response(
    connect: "Connect", head: bytes
) -> None:
    connection = connect(refuse)
    connection.send(head)
    for _ in range(100):
        connection.client.send(b"x" * 10_000)  # raises an error if the connection is reset
        connection.settle()
    response = connection.read()
    assert response.startswith(b"HTTP/1.1 401 ")
    assert response.endswith(b"<closed>")

    connection.wait(3)
    with pytest.raises(BrokenPipeError):
        connection.client.send(b"x")


def test_connection_ends_at_once_if_the_client_has_sent_all(connect: "Connect") -> None:
    connection = connect()
    connection.send(HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi")

    assert connection.read().endswith(b"/a<closed>")
    assert not connection.state.connections


def test_client_that_does_not_read_is_disconnected(connect: "Connect") -> None:
    ended: list[bool] = []

    async def flood(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200})
        while True:
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
            if connection.protocol.cycle.disconnected:
                ended.append(True)
                return

    connection = connect(flood)
    connection.send(REQUEST)
    connection.wait(29)
    assert not ended
    connection.wait(32)
    assert ended


@pytest.mark.parametrize(
    ("fields", "rest"),
    [
        ([(b"connection", b"close")], b""),
        ([(b"connection", b"close")], REQUEST),
        ([], b"nonsense"),
    ],
    ids=["close", "close with another request", "invalid request"],
)
def test_client_that_reads_slowly_gets_all(
    connect: "Connect", fields: list[tuple[bytes, bytes]], rest: bytes
) -> None:
    size = 4_000_000

    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        headers = [*fields, (b"content-length", b"%d" % size)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"x" * size})

    connection = connect(answer)
    connection.send(REQUEST + rest)
    received = b""
    while b"<closed>" not in received and len(received) <= size + 1000:
        connection.wait(25)
        try:
            data = connection.client.recv(200_000)
        except BlockingIOError:
            continue
        received += data or b"<closed>"

    assert received.count(b"x" * 1000) == size // 1000
    assert (b"400 Bad Request" in received) == (rest == b"nonsense")


def test_half_closed_request_without_a_response_ends(connect: "Connect") -> None:
    ended = []

    async def hang(_scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        ended.append(connection.clock())

    connection = connect(hang)
    connection.send(REQUEST)
    connection.client.shutdown(1)
    connection.wait(10)

    assert ended == [5.0]


def test_half_closed_request_gets_a_long_response(connect: "Connect") -> None:
    async def trickle(_scope: Any, _receive: Any, send: Any) -> None:
        await asyncio.sleep(4)
        await send({"type": "http.response.start", "status": 200})
        for _ in range(10):
            await asyncio.sleep(60)
            await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await send({"type": "http.response.body"})

    connection = connect(trickle)
    connection.send(REQUEST)
    connection.client.shutdown(1)
    connection.wait(700)

    assert connection.read().endswith(b"1\r\na\r\n0\r\n\r\n<closed>")
