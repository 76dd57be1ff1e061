"""The proxy as a process with real sockets: verification, streams, failures, shutdown."""

import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

import httpx
import pytest
from jwt_core import KeySet, SigningKey, generate_key, sign
from reference_proxy import cli

from tests import patient_http
from tests.in_process import call_main
from tests.services import EchoHandler, Service, read_clean_environ, run_service

if TYPE_CHECKING:
    from examples.proxy.tests.integration.conftest import Upstream


@pytest.mark.requirement("OPS-3")
def test_request_arrives_whole_and_with_the_verified_subject(
    client: httpx.Client, upstream: "Upstream"
) -> None:
    seen = client.post("/a%2Fb?q=%20", content="hello", headers={"X-Trace": "7"}).json()

    assert (seen["method"], seen["target"], seen["body"]) == ("POST", "/a%2Fb?q=%20", "hello")
    headers = dict(seen["headers"])
    assert headers["x-trace"] == "7"
    assert headers["x-verified-subject"] == "alice"
    assert headers["host"] == upstream.url.removeprefix("http://")
    assert "authorization" not in headers


@pytest.mark.requirement("JC-2")
def test_refused_token_is_401_with_challenge_and_problem(client: httpx.Client) -> None:
    answer = client.get("/", headers={"Authorization": f"Bearer {sign({}, generate_key())}"})

    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401


def test_health_needs_no_token(proxy: Service) -> None:
    assert patient_http.get(f"{proxy.url}/healthz").json() == {"status": "ok"}


def test_answer_streams_before_it_is_complete(client: httpx.Client, upstream: "Upstream") -> None:
    first_arrived = threading.Event()

    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "10")
        request.end_headers()
        request.wfile.write(b"first")
        request.wfile.flush()
        assert first_arrived.wait(60)
        request.wfile.write(b"later")

    upstream.respond = respond

    with client.stream("GET", "/") as answer:
        chunks = answer.iter_raw()
        assert next(chunks) == b"first"
        first_arrived.set()
        assert b"".join(chunks) == b"later"


def test_upload_streams_before_it_is_complete(client: httpx.Client, upstream: "Upstream") -> None:
    first_arrived = threading.Event()

    def respond(request: BaseHTTPRequestHandler) -> None:
        assert request.rfile.read(5) == b"first"
        first_arrived.set()
        body = request.rfile.read(5)
        request.send_response(200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def upload() -> Iterator[bytes]:
        yield b"first"
        assert first_arrived.wait(60)
        yield b"later"

    upstream.respond = respond

    answer = client.post("/", content=upload(), headers={"Content-Length": "10"})

    assert answer.content == b"later"


def test_repeated_headers_and_304_pass_through(client: httpx.Client, upstream: "Upstream") -> None:
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(304)
        request.send_header("Set-Cookie", "a=1")
        request.send_header("Set-Cookie", "b=2")
        request.send_header("Content-Length", "17")
        request.send_header("Connection", "X-Internal")
        request.send_header("X-Internal", "1")
        request.end_headers()

    upstream.respond = respond

    answer = client.get("/")

    assert answer.status_code == 304
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert "x-internal" not in answer.headers


def test_silent_upstream_is_504(hasty_proxy: Service, token: str, upstream: "Upstream") -> None:
    released = threading.Event()

    def respond(_request: BaseHTTPRequestHandler) -> None:
        released.wait(60)

    upstream.respond = respond

    answer = httpx.get(
        hasty_proxy.url,
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
        timeout=60,
    )
    released.set()

    assert answer.status_code == 504
    assert answer.json()["title"] == "Gateway timeout"


def test_upstream_that_hangs_up_is_502(client: httpx.Client, upstream: "Upstream") -> None:
    upstream.respond = lambda request: request.connection.shutdown(socket.SHUT_RDWR)

    assert client.get("/").status_code == 502


def test_answer_that_breaks_off_is_not_passed_off_as_complete(
    client: httpx.Client, upstream: "Upstream"
) -> None:
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"half")
        request.wfile.flush()
        request.connection.shutdown(socket.SHUT_RDWR)

    upstream.respond = respond

    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/")


def test_client_that_leaves_ends_the_upstream_stream(
    client: httpx.Client, upstream: "Upstream"
) -> None:
    ended = threading.Event()

    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x" * 65536)
        except OSError:
            ended.set()

    upstream.respond = respond
    with client.stream("GET", "/") as answer:
        next(answer.iter_raw())

    assert ended.wait(60)


def test_client_that_leaves_during_its_upload_disturbs_nobody(
    proxy: Service, client: httpx.Client, token: str
) -> None:
    host, port = proxy.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = f"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        connection.sendall(head.encode() + b"Content-Length: 10\r\n\r\nhalf")

    assert client.get("/").status_code == 200


@pytest.mark.requirement("JC-3")
def test_keys_come_from_the_jwks_uri(
    command: list[str], environ: dict[str, str], upstream: "Upstream", key: SigningKey, token: str
) -> None:
    def publish(request: BaseHTTPRequestHandler) -> None:
        document = json.dumps(KeySet((key.verification_key,)).to_document()).encode()
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(document)))
        request.end_headers()
        request.wfile.write(document)

    upstream.respond = publish
    remote = {**environ, "JWT_PUBLIC_KEY": "", "JWT_JWKS_URI": f"{upstream.url}/jwks.json"}

    with run_service(command, remote) as proxy:
        headers = {"Authorization": f"Bearer {token}"}
        assert patient_http.get(proxy.url, headers=headers).status_code == 200


def test_sigterm_finishes_the_request_in_flight_and_exits_0(
    command: list[str], environ: dict[str, str], upstream: "Upstream", token: str
) -> None:
    arrived, released, answers = threading.Event(), threading.Event(), []

    def respond(request: BaseHTTPRequestHandler) -> None:
        arrived.set()
        assert released.wait(60)
        EchoHandler.do_GET(request)  # type: ignore[arg-type]  # the handler is one

    upstream.respond = respond
    headers = {"Authorization": f"Bearer {token}"}
    with run_service(command, environ) as proxy, ExitStack() as stack:

        def ask() -> None:
            answers.append(patient_http.get(proxy.url, headers=headers).status_code)

        thread = threading.Thread(target=ask)
        thread.start()
        stack.callback(thread.join)
        assert arrived.wait(60)
        proxy.process.terminate()
        while accepts_requests(proxy):
            pass
        released.set()

        assert proxy.process.wait(timeout=60) == 0

    assert answers == [200]


def accepts_requests(proxy: Service) -> bool:
    try:
        return patient_http.get(f"{proxy.url}/healthz").is_success
    except httpx.TransportError:
        return False


def run_to_end(command: list[str], environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


def test_wrong_settings_exit_2_and_name_each_variable(command: list[str]) -> None:
    outcome = run_to_end(command, {**read_clean_environ(), "NODE_ENV": "test"})

    assert outcome.returncode == 2
    for name in ("JWT_JWKS_URI", "JWT_ISSUER", "JWT_AUDIENCE", "UPSTREAM_URL"):
        assert name in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_values_that_could_only_fail_later_exit_2_and_are_named(environ: dict[str, str]) -> None:
    wrong = {
        "JWT_PUBLIC_KEY": "",
        "JWT_JWKS_URI": "http://id.example.com:abc/",
        "UPSTREAM_URL": "http://the orders/",
        "JWKS_COOLDOWN_S": "0",
        "UPSTREAM_TIMEOUT_S": "0",
    }

    outcome = call_main(cli.main, environ={**environ, **wrong})

    assert outcome.returncode == 2
    named = {line.split(": ")[1] for line in outcome.stderr.splitlines() if "expected" in line}
    assert named == set(wrong) - {"JWT_PUBLIC_KEY"}


def test_host_that_cannot_be_one_exits_1(command: list[str], environ: dict[str, str]) -> None:
    outcome = run_to_end(command, {**environ, "PROXY_HOST": "a..b"})

    assert outcome.returncode == 1
    assert "PROXY_HOST" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_taken_port_exits_1_and_says_what_to_do(
    command: list[str], environ: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        outcome = run_to_end(command, {**environ, "PROXY_PORT": port})

    assert outcome.returncode == 1
    assert "PROXY_PORT" in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.requirement("PG-1")
def test_guard_refuses_before_anything_else_is_loaded() -> None:
    executable = shutil.which("reference-proxy", path=str(sys.prefix) + "/bin")
    assert executable
    environ = {**read_clean_environ(), "JWT_JWKS_URI": "http://token-issuer:8081/certs"}

    outcome = run_to_end([sys.executable, "-X", "importtime", executable], environ)

    assert outcome.returncode == 1
    assert "REFUSED" in outcome.stderr
    for module in ("aiohttp", "litestar", "httpx", "jwt_core", "uvicorn"):
        assert f" {module}\n" not in outcome.stderr
