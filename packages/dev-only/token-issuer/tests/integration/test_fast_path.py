# DEV-ONLY: never ship to production.
"""The fast path: no client can tell its responses from those of the full path."""

import contextlib
import itertools
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, NoReturn
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from jwt_core import Algorithm, SigningKey, base64url
from tests import patient_http
from token_issuer.config.settings import Settings
from token_issuer.issuers.issuers import Issuers
from token_issuer.keys.ring import KeyRing
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.service import KeyService
from token_issuer.keys.storage.store import MemoryStore
from token_issuer.keys.stored_keys import StoredKeys
from token_issuer.keys.watermark import generate_dev_key
from token_issuer.server.server import format_url, listen, serve_in_thread
from token_issuer.testing import RunningIssuer, run_token_issuer
from token_issuer.timing.clock import Clock
from token_issuer.tokens.issuer import Issuer
from token_issuer.web import fast_path, middleware
from token_issuer.web.lazy_app import LazyApp
from token_issuer.web.routes import exception_handlers

pytestmark = pytest.mark.requirement("TI-4")
StartIssuer = Callable[..., Any]
NOW: Final = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
FORM: Final = "application/x-www-form-urlencoded"
CALLBACK: Final = "http://localhost:3000/callback"
FULL_PATH: Final = "X-Forwarded-Proto: http"
"""Says nothing new, and makes a request take the full path."""


@dataclass(frozen=True)
class Response:
    status: str
    fields: list[tuple[str, str]]
    body: bytes


@pytest.fixture(scope="module")
def frozen() -> Iterator[RunningIssuer]:
    with run_token_issuer() as issuer:
        issuer.clock.turn(now=NOW, frozen=True)
        yield issuer


def compose(start: str, *fields: str, body: str = "") -> bytes:
    lines = [f"{start} HTTP/1.1", "Host: localhost:8081", "User-Agent: test", *fields]
    if body:
        lines.append(f"Content-Length: {len(body.encode())}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port or 80), timeout=60)


def read_response(client: socket.socket) -> Response:
    with client.makefile("rb") as stream:
        status = stream.readline().decode().rstrip()
        fields = []
        while line := stream.readline().decode().rstrip():
            name, _, value = line.partition(": ")
            fields.append((name, value))
        length = int(dict(fields)["content-length"])
        return Response(status, sorted(fields), stream.read(length))


def ask(url: str, request: bytes) -> Response:
    with connect(url) as client:
        client.sendall(request)
        return read_response(client)


def blank(body: bytes) -> bytes:
    """Blank what differs from token to token: `jti` and the signature."""
    token = body.decode()
    with contextlib.suppress(ValueError):
        token = json.loads(body).get("access_token", "")
    if token.count(".") != 2:
        return body
    _header, claims, signature = token.split(".")
    shown = {**json.loads(base64url.decode(claims)), "jti": ""}
    return body.replace(f"{claims}.{signature}".encode(), json.dumps(shown).encode())


@pytest.mark.parametrize(
    ("start", "fields", "body"),
    [
        ("GET /certs", [], ""),
        ("GET /.well-known/jwks.json", ["Accept: application/json"], ""),
        ("GET /oauth2/v3/certs", ["Cookie: a=b"], ""),
        ("GET /certs", ["Connection: keep-alive"], ""),
        ("GET /certs", ["Connection: close"], ""),
        ("POST /token", ["Connection: close"], ""),
        ("GET /oauth2/v1/certs", [], "a body that nobody asked for"),
        ("GET /iap/verify/public_key", [], ""),
        ("GET /iap/verify/public_key-jwk", [], ""),
        ("GET /identitytoolkit/v3/relyingparty/publicKeys", [], ""),
        ("GET /robot/v1/metadata/x509/securetoken@system.gserviceaccount.com", [], ""),
        ("GET /certs", [], 70_000 * "a"),
        ("POST /token", [], ""),
        ("POST /token", [f"Content-Type: {FORM}"], "sub=alice&aud=a&aud=b"),
        ("POST /token", ["Content-Type: application/json"], '{"sub":"é","exp":"-5m"}'),
        ("POST /token", ["Authorization: Basic YTpi"], ""),
        ("POST /token", ["Accept: text/plain"], ""),
        ("POST /token", ["Accept: application/jwt;q=0.5, text/html"], ""),
        ("POST /token", ["Content-Type: application/json"], '{"sub":5}'),
        ("POST /token", [], "no type"),
        ("POST /token", [f"Content-Type: {FORM}"], "sub=" + 65_532 * "a"),
    ],
)
def test_answer_is_the_same_by_either_path(
    frozen: RunningIssuer, start: str, fields: list[str], body: str
) -> None:
    frozen.requests.clear()
    fast, full = (
        ask(frozen.url, compose(start, *fields, *marks, body=body)) for marks in ([], [FULL_PATH])
    )
    logged = [(r.method, r.path, r.status, r.user_agent, r.host) for r in frozen.requests.list()]

    assert fast.status == full.status
    assert fast.fields == full.fields
    assert blank(fast.body) == blank(full.body)
    assert logged[0] == logged[1]


def get_code(url: str) -> str:
    query = urlencode({
        "client_id": "app", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid",
        "login_hint": "alice",
    })  # fmt: skip
    response = ask(url, compose(f"GET /authorize?{query}"))
    return parse_qs(urlsplit(dict(response.fields)["location"]).query)["code"][0]


def compose_exchange(code: str, *fields: str) -> bytes:
    body = urlencode({
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK,
        "client_id": "app",
    })  # fmt: skip
    return compose("POST /token", f"Content-Type: {FORM}", *fields, body=body)


@pytest.mark.parametrize("is_valid", [True, False])
def test_login_is_the_same_by_either_path(frozen: RunningIssuer, is_valid: bool) -> None:
    fast, full = (
        ask(frozen.url, compose_exchange(code if is_valid else "wrong", *marks))
        for code, marks in ((get_code(frozen.url), []), (get_code(frozen.url), [FULL_PATH]))
    )

    assert (
        fast.status
        == full.status
        == ("HTTP/1.1 200 OK" if is_valid else "HTTP/1.1 400 Bad Request")
    )
    assert fast.fields == full.fields
    assert json.loads(fast.body).keys() == json.loads(full.body).keys()


async def refuse(*_: object) -> None:
    """Fail in the place of the application: only the fast path answers."""
    message = "the application was asked"
    raise RuntimeError(message)


def test_usual_clients_take_the_fast_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LazyApp, "_import_and_create", lambda _: refuse)
    with run_token_issuer() as issuer:
        statuses = [
            patient_http.get(issuer.jwks_uri).status_code,
            patient_http.get(issuer.jwks_uri, headers={"Connection": "close"}).status_code,
            patient_http.post(f"{issuer.url}/token", data={"sub": "alice"}).status_code,
            patient_http.get(issuer.jwks_uri, headers={"Origin": "http://localhost"}).status_code,
        ]

    assert statuses == [200, 200, 200, 500]


def test_tokens_of_logins_take_the_fast_path_once_a_login_has_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with run_token_issuer() as issuer:
        before = ask(issuer.url, compose_exchange("of an earlier issuer"))
        code = get_code(issuer.url)
        monkeypatch.setattr(LazyApp, "__call__", refuse)
        after = ask(issuer.url, compose_exchange(code))
        replayed = ask(issuer.url, compose_exchange(code))

    assert before.status == replayed.status == "HTTP/1.1 400 Bad Request"
    assert after.status == "HTTP/1.1 200 OK"


def test_fast_path_stays_open_where_no_fault_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(LazyApp, "_import_and_create", lambda _: refuse)
    with run_token_issuer() as issuer:
        issuer.faults.set({"kind": "status", "requests": 1})
        token_url = f"{issuer.url}/token"
        statuses = [
            patient_http.post(token_url).status_code,
            patient_http.post(token_url, data={"alg": "RS257"}).status_code,
            patient_http.post(token_url, data={"alg": "ES256"}).status_code,
            patient_http.get(issuer.jwks_uri).status_code,
        ]
        issuer.faults.set({"kind": "status", "paths": ["/token", "/certs"]})
        statuses += [
            patient_http.post(token_url).status_code,
            patient_http.get(f"{issuer.url}/certs").status_code,
            patient_http.get(issuer.jwks_uri).status_code,
        ]
        issuer.faults.reset()
        statuses.append(patient_http.post(token_url).status_code)

    assert statuses == [200, 400, 500, 500, 500, 500, 200, 200]


@contextlib.contextmanager
def serve(keys: KeyService, clock: Clock | None = None) -> Iterator[str]:
    """Serve an issuer with *keys*, and yield its URL."""
    issuer = Issuer(Settings(), keys, clock or Clock())
    with listen("127.0.0.1", 0) as listener, serve_in_thread(Issuers(issuer), listener):
        yield format_url(listener)


@pytest.mark.parametrize("marks", [[], [FULL_PATH]])
@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_date_and_time_of_issue_are_read_once(keys: KeyService, marks: list[str], alg: str) -> None:
    seconds = itertools.count()
    clock = Clock(lambda: NOW + timedelta(seconds=next(seconds)))
    with serve(keys, clock) as url:
        response = ask(
            url, compose("POST /token", f"Content-Type: {FORM}", *marks, body=f"alg={alg}")
        )

    _, claims, _ = json.loads(response.body)["access_token"].split(".")
    date = parsedate_to_datetime(dict(response.fields)["date"])
    assert json.loads(base64url.decode(claims))["iat"] == date.timestamp()


@pytest.mark.parametrize("marks", [[], [FULL_PATH]])
@pytest.mark.parametrize(
    "step", ["build_request", "record_request", "build_common_fields", "build_error_response"]
)
def test_failure_beside_the_handlers_is_answered_and_logged(
    keys: KeyService,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    marks: list[str],
    step: str,
) -> None:
    def fail(*_: object) -> NoReturn:
        message = "private detail"
        raise RuntimeError(message)

    for module in (fast_path, middleware, exception_handlers):
        monkeypatch.setattr(module, step, fail, raising=False)
    with serve(keys) as url, connect(url) as client:
        client.sendall(compose("POST /token", f"Content-Type: {FORM}", *marks, body="nope=1"))
        response = read_response(client)
        assert client.recv(1) == b""
    fields = dict(response.fields)

    assert response.status == "HTTP/1.1 500 Internal Server Error"
    assert fields["x-dev-only"] == "token-issuer"
    assert (fields["connection"], fields["content-type"]) == ("close", "application/problem+json")
    assert b"private detail" not in response.body
    assert "cannot answer /token" in [record.getMessage() for record in caplog.records]
    assert "private detail" in caplog.text


@pytest.mark.parametrize("start", ["POST /token", "PUT /admin/clock", "POST /admin/keys/rotate"])
@pytest.mark.parametrize("field", ["Content-Length: 9", "Transfer-Encoding: chunked"])
def test_incomplete_body_is_not_logged_as_an_error(
    keys: KeyService, caplog: pytest.LogCaptureFixture, start: str, field: str
) -> None:
    with serve(keys) as url, connect(url) as client:
        ask(url, compose("GET /health"))  # the application is built, so the server stops at once
        client.sendall(compose(start, f"Content-Type: {FORM}", FULL_PATH, field) + b"4\r\nsub")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) in {b"", b"H"}  # some requests are rejected before their body is read

    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize("marks", [[], [FULL_PATH]])
def test_failure_is_answered_once_and_logged_once(
    keys: KeyService,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    marks: list[str],
) -> None:
    calls = []

    def provide(algorithm: Algorithm) -> NoReturn:
        calls.append(algorithm)
        message = "private detail"
        raise RuntimeError(message)

    monkeypatch.setattr(keys, "ensure_key", provide)
    with serve(keys) as url:
        response = ask(url, compose("POST /token", *marks))
        again = ask(url, compose("GET /certs"))

    assert (response.status, again.status) == (
        "HTTP/1.1 500 Internal Server Error",
        "HTTP/1.1 200 OK",
    )
    assert json.loads(response.body)["error"] == "server_error"
    assert b"private detail" not in response.body
    assert len(calls) == 1
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "unexpected error on /token"
    ]


@pytest.mark.parametrize("marks", [[], [FULL_PATH]])
def test_key_is_generated_beside_the_event_loop(marks: list[str]) -> None:
    generating, released = threading.Event(), threading.Event()

    def generate(algorithm: Algorithm) -> SigningKey:
        if algorithm is Algorithm.ES256:
            generating.set()
            assert released.wait(60)
        return generate_dev_key(algorithm)

    plan = RotationPlan.on_demand(timedelta(minutes=5), timedelta(minutes=15))
    keys = StoredKeys(MemoryStore(KeyRing(())), plan=plan, generate=generate)
    keys.ensure_initial_keys((Algorithm.RS256,))
    with serve(keys) as url, connect(url) as client:
        try:
            client.sendall(
                compose("POST /token", f"Content-Type: {FORM}", *marks, body="alg=ES256")
            )
            assert generating.wait(60)
            meanwhile = [
                ask(url, compose(start)).status
                for start in ("GET /health", "GET /certs", "POST /token")
            ]
        finally:
            released.set()
        response = read_response(client)

    assert meanwhile == ["HTTP/1.1 200 OK"] * 3
    assert response.status == "HTTP/1.1 200 OK"
    assert [key.algorithm for key in keys.view.keys.values()] == [Algorithm.RS256, Algorithm.ES256]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_request_may_come_in_pieces(frozen: RunningIssuer, size: int) -> None:
    request = compose("POST /token", f"Content-Type: {FORM}", body="sub=" + 300 * "a")
    with connect(frozen.url) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for first in range(0, len(request), size):
            client.sendall(request[first : first + size])

        assert read_response(client).status == "HTTP/1.1 200 OK"


def test_pipelined_requests_are_answered_in_their_order(frozen: RunningIssuer) -> None:
    starts = ["GET /health", "GET /certs", "POST /token", "GET /nope", "GET /certs", "GET /certs"]
    with connect(frozen.url) as client:
        client.sendall(b"".join(map(compose, starts)))
        with client.makefile("rb") as stream:
            statuses = []
            for _ in starts:
                statuses.append(int(stream.readline().split()[1]))
                length = 0
                while (line := stream.readline()) != b"\r\n":
                    if line.startswith(b"content-length"):
                        length = int(line.split()[1])
                stream.read(length)

    assert statuses == [200, 200, 200, 404, 200, 200]


def test_request_that_is_being_sent_is_answered_when_the_server_stops(
    start_issuer: StartIssuer,
) -> None:
    running = start_issuer()
    request = compose("POST /token", f"Content-Type: {FORM}", body="sub=alice")
    with connect(running.url) as client:
        client.sendall(request[:-4])
        ask(running.url, compose("GET /certs"))  # by then the server has read the half
        running.process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            running.process.wait(0.5)
        client.sendall(request[-4:])

        response = read_response(client)
    assert response.status == "HTTP/1.1 200 OK"
    assert ("connection", "close") in response.fields
    assert running.process.wait(60) == 0


@pytest.mark.parametrize("marks", [[], [FULL_PATH]])
def test_connection_is_closed_when_the_client_says_so(
    frozen: RunningIssuer, marks: list[str]
) -> None:
    with connect(frozen.url) as client:
        client.sendall(compose("GET /certs", "Connection: close", *marks))
        read_response(client)

        assert client.recv(1) == b""


def test_connection_that_is_idle_is_closed() -> None:
    with run_token_issuer(keep_alive="1s") as issuer, connect(issuer.url) as client:
        client.sendall(compose("GET /certs"))
        read_response(client)

        assert client.recv(1) == b""


@pytest.mark.parametrize(
    "module", ["litestar", "jwt", "cryptography.x509", "token_issuer.tokens.defects.catalogue"]
)
def test_server_starts_without(module: str) -> None:
    script = (
        "import sys, token_issuer.keys.factory, token_issuer.server.server; "
        f"sys.exit({module!r} in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
