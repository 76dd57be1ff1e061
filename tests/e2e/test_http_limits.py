"""Limits and framing of both servers, with raw sockets, curl and Java against real processes."""

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from tests.services import Service, Start, mint

HOST: Final = b"Host: localhost\r\n"
CLOSE: Final = b"Connection: close\r\n"
OFFER: Final = (
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
)
FORM: Final = b"Content-Type: application/x-www-form-urlencoded\r\n"
MIB: Final = 1 << 20
JAVA_CLIENT: Final = """
import java.net.URI;
import java.net.http.*;
public class Client {
    public static void main(String[] args) throws Exception {
        var client = HttpClient.newHttpClient();
        for (int i = 0; i < 3; i++) {
            var request = HttpRequest.newBuilder(URI.create(args[0]))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Authorization", "Bearer " + args[1])
                .POST(HttpRequest.BodyPublishers.ofString("sub=alice&scope=read")).build();
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            System.out.println(response.statusCode() + " " + response.body());
        }
    }
}
"""


@pytest.fixture(scope="module")
def issuer(start_shared_issuer: Start) -> Service:
    return start_shared_issuer()


@pytest.fixture(scope="module")
def proxy(start_shared_proxy: Start, issuer: Service) -> Service:
    return start_shared_proxy(issuer)


@pytest.fixture(scope="module")
def token(issuer: Service) -> str:
    with httpx.Client(trust_env=False, timeout=60) as client:
        return mint(client, issuer, sub="alice", exp="10m")


@pytest.fixture(params=["issuer", "proxy"])
def server(request: pytest.FixtureRequest) -> Service:
    """Return each of the two servers."""
    service: Service = request.getfixturevalue(request.param)
    return service


@contextmanager
def connect(server: Service) -> Iterator[socket.socket]:
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=60) as client:
        yield client


def read_all(client: socket.socket) -> bytes:
    received = b""
    while data := client.recv(65536):
        received += data
    return received


def ask(server: Service, *parts: bytes) -> bytes:
    with connect(server) as client:
        for part in parts:
            client.sendall(part)
        return read_all(client)


def list_statuses(response: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", response)]


def read_peak_bytes(server: Service) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match
    return int(match[1]) * 1024


ENDLESS: Final = {
    "fields": (b"GET / HTTP/1.1\r\n", b"A: b\r\n", 431),
    "value": (b"GET / HTTP/1.1\r\nA: ", b"b", 431),
    "name": (b"GET / HTTP/1.1\r\n", b"b", 431),
    "URL": (b"GET /", b"a", 414),
    "method": (b"", b"A", 400),
    "empty lines": (b"", b"\r\n", 400),
    "trailer": (b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n", 431),
    "trailer value": (b"Transfer-Encoding: chunked\r\n\r\n0\r\nA: ", b"b", 431),
    "extension": (b"Transfer-Encoding: chunked\r\n\r\n1;", b"b", 431),
    "digits": (b"Transfer-Encoding: chunked\r\n\r\n", b"0", 431),
}


@pytest.mark.requirement("TI-4", "OPS-3")
@pytest.mark.parametrize(("start", "piece", "status"), ENDLESS.values(), ids=ENDLESS)
def test_endless_part_does_not_fill_the_memory(
    server: Service, token: str, start: bytes, piece: bytes, status: int
) -> None:
    if start.startswith(b"Transfer-Encoding"):
        credentials = f"Authorization: Bearer {token}\r\n".encode()
        start = b"POST /token HTTP/1.1\r\n" + HOST + FORM + credentials + start
    before = read_peak_bytes(server)
    data = piece * (MIB // len(piece))
    with connect(server) as client, ThreadPoolExecutor(1) as pool:
        response = pool.submit(read_all, client)
        with suppress(OSError):  # the server awaits a slow client for two seconds only
            client.sendall(start)
            for _ in range(200):
                client.sendall(data)

    assert list_statuses(response.result()) == [status]
    assert b"application/problem+json" in response.result()
    assert read_peak_bytes(server) - before < 32 * MIB


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
        (b"CONNECT a:443 HTTP/1.1\r\n" + HOST + b"\r\n", 501),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), 505),
        (bytes.fromhex("1603010200010001fc0303") + bytes(500), 400),
    ],
    ids=["no host", "two hosts", "invalid host", "coding", "CONNECT", "HTTP/2", "TLS"],
)
def test_invalid_request_is_rejected_with_a_reason(
    server: Service, request_: bytes, status: int
) -> None:
    response = ask(server, request_)

    assert list_statuses(response) == [status]
    assert b"application/problem+json" in response


def test_responses_of_the_issuer_to_invalid_requests_have_the_dev_mark(issuer: Service) -> None:
    assert b"\r\nx-dev-only: token-issuer\r\n" in ask(issuer, b"GET / HTTP/1.1\r\n\r\n")


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_half_closed_request_is_answered(server: Service, token: str, version: str) -> None:
    head = f"POST /token HTTP/{version}\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
    with connect(server) as client:
        client.sendall(head.encode() + FORM + b"Content-Length: 9\r\n\r\nsub=alice")
        client.shutdown(socket.SHUT_WR)
        response = read_all(client)

    assert list_statuses(response) == [200]
    assert b"transfer-encoding: chunked" not in response or version == "1.1"


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 9\r\n\r\nsub=alice",
        b"Transfer-Encoding: chunked\r\n\r\n4\r\nsub=\r\n5\r\nalice\r\n0\r\n\r\n",
    ],
    ids=["length", "chunked"],
)
def test_offer_to_upgrade_loses_no_body(
    server: Service, issuer: Service, token: str, body: bytes
) -> None:
    fields = HOST + FORM + f"Authorization: Bearer {token}\r\n".encode()
    accept = b"Accept: application/jwt\r\n" if server is issuer else b""
    head = b"POST /token HTTP/1.1\r\n" + fields + accept
    data = head + OFFER + body + head + CLOSE + body
    response = ask(server, data)
    split = ask(server, data[:-100], data[-100:-20], data[-20:])

    for received in (response, split):
        assert list_statuses(received) == [200, 200]
        if server is not issuer:
            assert received.count(b"sub=alice") == 2


@pytest.mark.parametrize("is_split", [False, True])
def test_authorization_in_a_trailer_is_ignored(proxy: Service, token: str, is_split: bool) -> None:
    head = b"POST /a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    trailer = f"0\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    end = b"GET /healthz HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n"
    parts = (head, b"2\r\nhi\r\n", trailer) if is_split else (head + b"2\r\nhi\r\n" + trailer,)

    assert list_statuses(ask(proxy, *parts, end)) == [401, 200]


def test_header_that_does_not_arrive_is_408(start_issuer: Start, start_proxy: Start) -> None:
    issuer = start_issuer(TOKEN_ISSUER_REQUEST_TIMEOUT="1s")
    proxy = start_proxy(issuer, PROXY_REQUEST_TIMEOUT_S="1")
    for server in (issuer, proxy):
        for start in (b"GET / HTTP/1.1\r\n", b"POST /token HTTP/1.1\r\nHost: a\r\nA: b"):
            assert list_statuses(ask(server, start)) == [408]


def test_body_that_does_not_arrive_is_408(
    start_issuer: Start, start_proxy: Start, issuer: Service, token: str
) -> None:
    slow_issuer = start_issuer(TOKEN_ISSUER_REQUEST_TIMEOUT="1s")
    proxy = start_proxy(issuer, PROXY_REQUEST_TIMEOUT_S="1")
    fields = HOST + FORM + f"Authorization: Bearer {token}\r\n".encode()
    head = b"POST /token HTTP/1.1\r\n" + fields
    for server in (slow_issuer, proxy):
        assert list_statuses(ask(server, head + b"Content-Length: 5\r\n\r\nabc")) == [408]


def test_keep_alive_and_header_size_are_settings(start_issuer: Start, start_proxy: Start) -> None:
    issuer = start_issuer(TOKEN_ISSUER_KEEP_ALIVE="1s", TOKEN_ISSUER_MAX_HEADER_BYTES="2048")
    proxy = start_proxy(issuer, PROXY_KEEP_ALIVE_S="1", PROXY_MAX_HEADER_BYTES="2048")
    for server in (issuer, proxy):
        assert ask(server) == b""
        assert list_statuses(ask(server, b"GET /nope HTTP/1.1\r\n" + HOST + b"\r\n")) != []
        large = b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"b" * 2048 + b"\r\n\r\n"
        assert list_statuses(ask(server, large)) == [431]


def test_pipelined_requests_do_not_fill_the_memory(server: Service, token: str) -> None:
    before = read_peak_bytes(server)
    fields = HOST + f"Authorization: Bearer {token}\r\n".encode()
    request = b"GET /health HTTP/1.1\r\n" + fields
    with connect(server) as client:
        client.settimeout(1)
        with pytest.raises(TimeoutError):  # the server stops reading
            client.sendall((request + b"\r\n") * 100_000)

    assert read_peak_bytes(server) - before < 32 * MIB


def test_curl_with_an_offer_keeps_its_body(server: Service, issuer: Service, token: str) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    url = f"{server.url}/token"
    command = [curl, "-sS", "--http2", "--noproxy", "*", "-H", f"Authorization: Bearer {token}"]
    command += ["-d", "sub=bob", "--max-time", "60", url, url]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stderr
    if server is issuer:
        assert result.stdout.count('"access_token"') == 2
    else:
        assert result.stdout.count("sub=bob") == 2


def test_java_client_keeps_its_body(server: Service, token: str, tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("java is not installed")
    source = tmp_path / "Client.java"
    source.write_text(JAVA_CLIENT)
    command = [java, str(source), f"{server.url}/token", token]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)

    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert [line[:3] for line in lines] == ["200"] * 3
    assert all("scope" in line for line in lines)
