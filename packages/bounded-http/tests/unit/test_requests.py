"""Framing of a request: sizes, offers to upgrade, trailers, `Host`, request targets, HTTP/1.0."""

from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from conftest import Connect

CLOSE: Final = b"GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
OFFER: Final = (
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
)
BODIES: Final = {
    "length": b"Content-Length: 9\r\n\r\nsub=alice",
    "chunked": (
        b"Transfer-Encoding: chunked\r\n\r\n4\r\nsub=\r\n5;x=1\r\nalice\r\n0\r\nA: b\r\n\r\n"
    ),
}


def post(body: bytes, fields: bytes = b"") -> bytes:
    return b"POST /a?b=c HTTP/1.1\r\nHost: a\r\n" + fields + body


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("fields", [b"", OFFER], ids=["plain", "offer"])
@pytest.mark.parametrize("before", [b"", CLOSE.replace(b"close", b"keep-alive")])
def test_request_is_whole_wherever_tcp_splits_it(
    connect: "Connect", body: bytes, fields: bytes, before: bytes
) -> None:
    data = before + post(body, fields) + CLOSE
    for position in range(1, len(data)):
        connection = connect()
        connection.send(data[:position])
        connection.send(data[position:])

        assert connection.list_statuses(connection.read()) == [200] * (3 if before else 2)
        request = connection.requests[-2]
        assert (request["path"], request["query_string"]) == ("/a", b"b=c")
        assert request["body"] == b"sub=alice"
        assert b"upgrade" not in dict(request["headers"])
        connection.close()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("protocol", ["h2c", "websocket", "TLS/1.0, h2c", "foo"])
@pytest.mark.parametrize("connection_field", ["Upgrade", "keep-alive, upgrade", "UPGRADE , close"])
def test_offer_is_declined_on_each_method(
    connect: "Connect", method: str, protocol: str, connection_field: str
) -> None:
    connection = connect()
    head = f"{method} /a HTTP/1.1\r\nHost: a\r\nUpgrade: {protocol}\r\n"
    head += f"Connection: {connection_field}\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    connection.send(head.encode())
    assert connection.read() == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.send(b"hi")
    response = connection.read()

    assert connection.list_statuses(response) == [200]
    assert connection.requests[0]["body"] == b"hi"
    assert response.endswith(b"<closed>") is ("close" in connection_field)


def test_offers_may_follow_each_other(connect: "Connect") -> None:
    connection = connect()
    connection.send((post(BODIES["length"], OFFER) + post(BODIES["chunked"], OFFER)) * 500 + CLOSE)

    assert connection.list_statuses(connection.read()) == [200] * 1001
    assert {request["body"] for request in connection.requests[:-1]} == {b"sub=alice"}


def test_long_body_after_an_offer_is_whole(connect: "Connect") -> None:
    connection = connect()
    connection.send(post(b"Content-Length: 300000\r\n\r\n" + b"x" * 300_000, OFFER) + CLOSE)

    assert connection.list_statuses(connection.read()) == [200, 200]
    assert len(connection.requests[0]["body"]) == 300_000


def test_trailer_fields_are_dropped_wherever_tcp_splits_them(connect: "Connect") -> None:
    trailer = b"0\r\nAuthorization: Bearer x\r\nHost: b\r\nExpect: x\r\n\r\n"
    data = post(b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n" + trailer)
    for position in range(len(data) - len(trailer) - 5, len(data) + 1):
        connection = connect()
        connection.send(data[:position])
        connection.send(data[position:] + CLOSE)

        assert connection.list_statuses(connection.read()) == [200, 200]
        fields = [(b"host", b"a"), (b"transfer-encoding", b"chunked")]
        assert connection.requests[0]["headers"] == fields
        connection.close()


LIMIT: Final = 64 * 1024
ENDLESS: Final = {
    "URL": (b"GET /", b"a" * 1000, 414),
    "URL with an offer": (b"GET /a HTTP/1.1\r\nHost: a\r\n" + OFFER + b"A: ", b"a" * 1000, 431),
    "query": (b"GET /?", b"a" * 1000, 414),
    "blanks": (b"GET ", b" " * 1000, 431),
    "method": (b"", b"A" * 1000, 400),
    "fields": (b"GET / HTTP/1.1\r\n", b"A: b\r\n" * 200, 431),
    "name": (b"GET / HTTP/1.1\r\n", b"A" * 1000, 431),
    "value": (b"GET / HTTP/1.1\r\nA: ", b"b" * 1000, 431),
    "blanks before a value": (b"GET / HTTP/1.1\r\nA:", b" " * 1000, 431),
    "empty lines": (b"", b"\r\n" * 500, 400),
    "trailer": (post(b"Transfer-Encoding: chunked\r\n\r\n0\r\n"), b"A: b\r\n" * 200, 431),
    "trailer value": (post(b"Transfer-Encoding: chunked\r\n\r\n0\r\nA: "), b"b" * 1000, 431),
    "extension": (post(b"Transfer-Encoding: chunked\r\n\r\n1;"), b"b" * 1000, 431),
    "extensions": (
        post(b"Transfer-Encoding: chunked\r\n\r\n"),
        b"1;" + b"b" * 1000 + b"\r\nx\r\n",
        431,
    ),
    "digits": (post(b"Transfer-Encoding: chunked\r\n\r\n"), b"0" * 1000, 431),
    "large digits": (post(b"Transfer-Encoding: chunked\r\n\r\n"), b"f" * 1000, 400),
}


@pytest.mark.parametrize(("start", "piece", "status"), ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("pieces", [1, 300], ids=["dripping", "at once"])
@pytest.mark.parametrize("before", [b"", CLOSE.replace(b"close", b"keep-alive")])
def test_endless_part_is_rejected(
    connect: "Connect", start: bytes, piece: bytes, status: int, pieces: int, before: bytes
) -> None:
    connection = connect()
    connection.send(before + start)
    response = connection.read()
    sent = 0
    while b"application/problem+json" not in response and sent < 10 * LIMIT:
        connection.send(piece * pieces)
        sent += len(piece) * pieces
        response += connection.read()

    assert connection.list_statuses(response) == [200] * bool(before) + [status]
    assert sent <= max(2 * LIMIT, len(piece) * pieces)
    for _ in range(5):  # later data is discarded for two seconds
        connection.send(piece * pieces)
    connection.wait(3)
    assert connection.read() == b"<closed>"


@pytest.mark.parametrize("part", ["URL", "field"])
@pytest.mark.parametrize("split", [0, 1, 16384, 65536])
@pytest.mark.parametrize("before", [b"", CLOSE.replace(b"close", b"keep-alive")])
@pytest.mark.parametrize("limit", [1024, LIMIT])
def test_limit_is_exact(
    connect: "Connect", part: str, split: int, before: bytes, limit: int
) -> None:
    for excess in (0, 1):
        size = limit - len("/Host: a\r\nA: \r\n") + excess
        url, value = (b"a" * size, b"") if part == "URL" else (b"", b"a" * size)
        data = before + b"GET /" + url + b" HTTP/1.1\r\nHost: a\r\nA: " + value + b"\r\n\r\n"
        connection = connect(header_bytes=limit)
        connection.send(data[:split])
        connection.send(data[split:])

        rejected = 414 if part == "URL" else 431
        statuses = [200] * bool(before) + [rejected if excess else 200]
        assert connection.list_statuses(connection.read()) == statuses


def test_many_small_chunks_are_accepted(connect: "Connect") -> None:
    connection = connect()
    connection.send(post(b"Transfer-Encoding: chunked\r\n\r\n") + b"1\r\nx\r\n" * 200_000)
    connection.send(b"0\r\n\r\n")

    assert connection.list_statuses(connection.read()) == [200]
    assert len(connection.requests[0]["body"]) == 200_000


INVALID: Final = {
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    "two hosts in HTTP/1.0": (b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "no host for a whole URL": (b"GET http://a/ HTTP/1.1\r\n\r\n", 400),
    "no host and an offer": (b"GET / HTTP/1.1\r\n" + OFFER + b"\r\n", 400),
    "coding": (post(b"Transfer-Encoding: gzip, chunked\r\n\r\n"), 501),
    "codings": (post(b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"), 501),
    "coding alone": (post(b"Transfer-Encoding: gzip\r\n\r\n"), 501),
    "identity": (post(b"Transfer-Encoding: identity\r\n\r\n"), 501),
    "coding and an offer": (post(b"Transfer-Encoding: gzip, chunked\r\n\r\n", OFFER), 501),
    "chunked twice": (post(b"Transfer-Encoding: chunked, chunked\r\n\r\n"), 400),
    "coding and length": (
        post(b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nhi"),
        400,
    ),
    "two lengths": (post(b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi"), 400),
    "coding in HTTP/1.0": (
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "HTTP/0.9": (b"GET /\r\n\r\n", 505),
    "HTTP/1.2": (b"GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505),
    "HTTP/2": (b"GET / HTTP/2\r\nHost: a\r\n\r\n", 505),
    "HTTP/3.0": (b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
    "no version": (b"GET / HTTP/a\r\nHost: a\r\n\r\n", 400),
    "no path": (b"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "query alone": (b"GET ?a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "URL without authority": (b"GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "URL with user": (b"GET http://b@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "URL of another scheme": (b"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "URL with invalid port": (b"GET http://a:65536/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "HTTP/2.0": (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), 505),
    "TLS": (bytes.fromhex("1603010200010001fc0303") + bytes(500), 400),
    "CONNECT": (b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501),
    "folded field": (b"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", 400),
    "bare line feeds": (b"GET / HTTP/1.1\nHost: a\n\n", 400),
    "blank before the colon": (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
}


@pytest.mark.parametrize(("request_", "status"), INVALID.values(), ids=INVALID)
@pytest.mark.parametrize("before", [b"", CLOSE.replace(b"close", b"keep-alive")])
def test_invalid_request_is_rejected_with_a_reason(
    connect: "Connect", request_: bytes, status: int, before: bytes
) -> None:
    connection = connect()
    connection.send(before + request_)
    response = connection.read()

    assert connection.list_statuses(response) == [200] * bool(before) + [status]
    assert b"application/problem+json" in response
    connection.wait(3)
    assert connection.read() == b"<closed>"


@pytest.mark.parametrize(
    "host",
    [
        "", "a", "a:80", "a.example:", "A-b_c.d:65535", "127.0.0.1:8081", "[::1]", "[::1]:80",
        "%41", "xn--bcher-kva.example",
    ],
)  # fmt: skip
def test_valid_host_is_accepted(connect: "Connect", host: str) -> None:
    connection = connect()
    connection.send(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())

    assert connection.list_statuses(connection.read()) == [200]


@pytest.mark.parametrize(
    ("target", "path", "query", "host"),
    [
        (b"http://b.example/c?d", b"/c", b"d", b"b.example"),
        (b"HTTPS://b:8443/", b"/", b"", b"b:8443"),
        (b"http://[::1]:80//c", b"//c", b"", b"[::1]:80"),
        (b"http://b", b"/", b"", b"b"),
        (b"http://b?d", b"/", b"d", b"b"),
        (b"*", b"*", b"", b"a"),
        (b"//b/c", b"//b/c", b"", b"a"),
    ],
)
@pytest.mark.parametrize("offer", [b"", OFFER], ids=["plain", "offer"])
def test_url_as_target_takes_precedence_over_host(
    connect: "Connect", target: bytes, path: bytes, query: bytes, host: bytes, offer: bytes
) -> None:
    connection = connect()
    connection.send(b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n" + offer + b"\r\n")

    [request] = connection.requests
    assert (request["raw_path"], request["query_string"]) == (path, query)
    assert [value for name, value in request["headers"] if name == b"host"] == [host]


def test_options_for_a_whole_server_may_have_a_url(connect: "Connect") -> None:
    connection = connect()
    connection.send(b"OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n")

    assert connection.requests[0]["raw_path"] == b"*"


def test_blanks_around_a_value_do_not_belong_to_it(connect: "Connect") -> None:
    connection = connect()
    connection.send(b"GET / HTTP/1.1\r\nHost:\t a \t\r\nB:\r\nC: c\td  \r\n\r\n")

    assert connection.requests[0]["headers"] == [(b"host", b"a"), (b"b", b""), (b"c", b"c\td")]


@pytest.mark.parametrize(
    "host",
    [
        "a b", "a/b", "a@b", "a,b", "a, b", "a:b", "a:-1", "a:65536", "a:123456", "a:1:2", "::1",
        "[::1", "[::1]a", "[a", "http://a", "a?b", "a#b", "a\\b", "<a>", "%4", "bücher.example",
        '"a"',
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_invalid_host_is_rejected(connect: "Connect", host: str, version: str) -> None:
    connection = connect()
    connection.send(f"GET / HTTP/{version}\r\nHost: {host}\r\n\r\n".encode())

    assert connection.list_statuses(connection.read()) == [400]


@pytest.mark.parametrize("fields", [[], [(b"transfer-encoding", b"chunked")]])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_http_1_0_client_gets_no_chunks(
    connect: "Connect", fields: list[tuple[bytes, bytes]], method: str
) -> None:
    async def stream(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        for part in (b"one ", b"", b"two"):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})

    connection = connect(stream)
    connection.send(f"{method} / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".encode())
    head, _, body = connection.read().partition(b"\r\n\r\n")

    assert b"transfer-encoding" not in head.lower()
    assert body == (b"one two<closed>" if method == "GET" else b"<closed>")


def test_http_1_0_client_gets_no_interim_response(connect: "Connect") -> None:
    connection = connect()
    connection.send(b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert connection.read() == b""
    connection.send(b"hi")

    assert connection.list_statuses(connection.read()) == [200]


def test_connection_option_in_a_trailer_ends_the_connection(connect: "Connect") -> None:
    connection = connect()
    body = b"Transfer-Encoding: chunked\r\n\r\n0\r\nConnection: close\r\n\r\n"
    connection.send(post(body) + CLOSE)

    assert connection.list_statuses(connection.read()) == [200]
    connection.wait(3)
    assert connection.read() == b"<closed>"
