"""The probe against real servers: correct, hostile, and those that pass on the simulator."""

import gzip
import json
import logging
import socket
import socketserver
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import proxy_guard
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from proxy_guard import Report, check, enforce
from proxy_guard.dev_marks import PAGE_MARK, SESSION_COOKIE
from proxy_guard.probe.probe import run_probe

from tests.authority import Authority, to_pem

pytestmark = pytest.mark.requirement("PG-3")

Encode = Callable[..., Mapping[str, object]]
Header = tuple[str, str]

CLEAN_JWK: Final = {
    "kty": "EC",
    "crv": "P-256",
    "kid": "1",
    "x": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "y": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
}
CLEAN: Final = json.dumps({"keys": [CLEAN_JWK]}).encode()
MARKED: Final = (
    b'{"keys": [{"kty": "RSA", "e": "AQAB", "n": "zDEVzONLYzTOKENzISSUERzNOTzPRODzabcd"}]}'
)
DEV_HEADER: Final = ("X-Dev-Only", "token-issuer")
FORWARD: Final = "http://token-issuer:8081/certs"


@pytest.fixture(autouse=True)
def patient_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a time limit that a busy machine can keep. Tests of the limit set their own."""
    monkeypatch.setattr(run_probe, "__kwdefaults__", {"timeout_s": 60.0})


class Server:
    """Responds to each path as configured, and records the requests."""

    def __init__(self, stack: ExitStack, *, context: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, tuple[int, list[Header], bytes]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append((self.path, dict(self.headers)))
                status, headers, body = outer.answers[self.path]
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        host = "localhost" if context else "127.0.0.1"
        self.url = f"http{'s' if context else ''}://{host}:{server.server_address[1]}"

    def serve(
        self, body: bytes = CLEAN, *headers: Header, status: int = 200, path: str = "/keys"
    ) -> str:
        self.answers[path] = (status, list(headers), body)
        return self.url + path


@pytest.fixture
def server() -> Iterator[Server]:
    with ExitStack() as stack:
        yield Server(stack)


@contextmanager
def serve_raw(respond: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve with a function that is called with each connection."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                self.request.recv(4096)
                respond(self.request)
            except OSError:
                return  # the guard has closed the connection, as expected

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as raw:
        raw.daemon_threads = True
        thread = threading.Thread(target=raw.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{raw.server_address[1]}/keys"
        raw.shutdown()
        thread.join()


def probe(uri: str, **options: Any) -> Report:
    return check({"JWT_JWKS_URI": uri}, **options)


def get_codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def test_production_key_set_is_clean(server: Server) -> None:
    report = probe(server.serve())

    assert report.allowed
    assert report.probe.status == "clean"
    ((_, headers),) = server.requests
    assert headers["Accept-Encoding"] == "identity"
    assert not {"Cookie", "Authorization", "Referer"} & headers.keys()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_characters_beyond_ascii_hide_no_key(server: Server, encoding: str) -> None:
    def serve(keys: bytes) -> dict[str, str]:
        body = keys.decode().replace('"keys"', '"org": "Zürich", "keys"').encode(encoding)
        return {"JWT_JWKS_URI": server.serve(body)}

    clean = check(serve(CLEAN), require_probe=True)
    marked = check(serve(MARKED), require_probe=True)

    assert clean.allowed
    assert clean.probe.status == "clean"
    assert [finding.code for finding in marked.findings] == ["dev_key"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (MARKED, "dev_key"),
        (b"\xef\xbb\xbf" + MARKED, "dev_key"),
        (MARKED.decode().encode("utf-16"), "dev_key"),
        (gzip.compress(MARKED), "dev_key"),
        (zlib.compress(MARKED), "dev_key"),
        (b'{"keys": [], "dev_only": true}', "dev_jwks"),
        (b'{"keys": [{"kid": "dev-key"}]}', "dev_kid"),
        (b'{"jwks_uri": "http://token-issuer:8081/certs"}', "dev_reference"),
        (b"<html>" + MARKED + b"</html>", "dev_key"),
    ],
    ids=range(9),
)
@pytest.mark.parametrize("status", [200, 401, 500])
def test_body_is_searched_whatever_its_content_type(
    server: Server, body: bytes, code: str, status: int
) -> None:
    report = probe(server.serve(body, ("Content-Type", "image/png"), status=status))

    assert get_codes(report) == [code]
    assert not report.allowed
    assert report.probe.status == "found"


def test_pem_and_der_are_read(server: Server, dev_key: rsa.RSAPublicKey, encode: Encode) -> None:
    encodings = encode(dev_key)
    for name in ("pem as bytes", "der", "certificate in der", "jwk as bytes"):
        body = encodings[name]
        assert isinstance(body, bytes)
        assert get_codes(probe(server.serve(body))) == ["dev_key"], name


@pytest.mark.parametrize("status", [200, 204, 304, 401, 404, 500])
@pytest.mark.parametrize("name", ["X-Dev-Only", "x-dev-only"])
def test_header_of_the_simulator_is_found_in_any_response(
    server: Server, status: int, name: str
) -> None:
    assert get_codes(probe(server.serve(b"", (name, ""), status=status))) == ["dev_header"]


@pytest.mark.parametrize("status", [200, 401])
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
@pytest.mark.parametrize(
    "mark",
    [
        PAGE_MARK,
        PAGE_MARK.upper(),
        "<meta name=dev-only content=token-issuer>",
        "<meta\n content='token-issuer'\n name='dev-only' />",
    ],
)
def test_login_page_of_the_simulator_is_found(
    server: Server, mark: str, compress: Callable[[bytes], bytes], status: int
) -> None:
    page = f"<!doctype html><html><head>{mark}<title>Sign in</title></head></html>"
    uri = server.serve(compress(page.encode()), ("Content-Type", "text/html"), status=status)

    (finding,) = probe(uri).findings

    assert finding.code == "dev_login"
    assert finding.what.endswith("its response is a login page")


@pytest.mark.parametrize(
    "page", ["<p>dev-only", '<meta name="dev-only-x">', '<meta name="x"><a name="dev-only">']
)
def test_other_page_is_not_a_login_page(server: Server, page: str) -> None:
    assert get_codes(probe(server.serve(page.encode()))) == []


ACCOUNT: Final = "dev-only@dev-only-project.iam.gserviceaccount.com"
EC_PEM: Final = (
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEx/xEzRu9m36HLN/tue659LNpXW6p\n"
    "CyStikYjKIWI5a1/zfncndPbEXIPBy6/m+0u17R6czNXvp7xO6z048e9FUQ=\n"
    "-----END PUBLIC KEY-----\n"
)
DEV_KID_HEADER: Final = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImRldi1rZXkiLCJ0eXAiOiJKV1QifQ"
"""The header `{"alg":"RS256","kid":"dev-key","typ":"JWT"}` of a token."""


@pytest.mark.parametrize(
    "path",
    [
        *("/iap/verify/public_key", "/iap/verify/public_key-jwk"),
        *(f"/robot/v1/metadata/{kind}/{ACCOUNT}" for kind in ("x509", "jwk", "raw")),
        *(f"/service_accounts/v1/{kind}/{ACCOUNT}" for kind in ("jwk", "metadata/x509")),
        "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com",
        "/identitytoolkit/v3/relyingparty/publicKeys",
        "/computeMetadata/v1/instance/service-accounts/default/identity",
    ],
)
def test_watermark_is_found_on_each_path_with_keys_of_google(
    server: Server, dev_key: rsa.RSAPublicKey, encode: Encode, path: str
) -> None:
    encodings = encode(dev_key)
    for name in ("pem", "certificate", "jwk"):
        document = json.dumps({"1f2e3d": encodings[name]}).encode()

        report = probe(server.serve(document, path=path))

        assert get_codes(report) == ["dev_key"], name
        assert not report.allowed


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        ({"dev-key-iap": EC_PEM}, []),
        ({"dev-key": EC_PEM}, ["dev_kid"]),
        ({"dev-key-2": EC_PEM}, ["dev_kid"]),
        ({"keys": [CLEAN_JWK | {"kid": "dev-key"}]}, ["dev_kid"]),
        ({"keys": [CLEAN_JWK], "dev_only": True}, ["dev_jwks"]),
        ({"keys": [CLEAN_JWK]}, []),
        ({"1f2e3d": EC_PEM}, []),
        ({"access_token": "ya29.dev-only." + "A" * 64, "expires_in": 3599}, ["dev_credential"]),
        (f"{DEV_KID_HEADER}.e30.AAAA", ["dev_kid"]),
    ],
    ids=range(9),
)
def test_keys_without_a_watermark_are_found_by_the_marks_that_remain(
    server: Server, document: object, codes: list[str]
) -> None:
    text = document if isinstance(document, str) else json.dumps(document)

    marked = probe(server.serve(text.encode(), DEV_HEADER))
    stripped = probe(server.serve(text.encode()))

    assert get_codes(marked) == ["dev_header", *codes]
    assert get_codes(stripped) == codes, "an intermediary may remove the header"


@pytest.mark.parametrize("is_trusted", [True, False])
def test_server_with_a_certificate_of_the_authority_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_trusted: bool
) -> None:
    authority = Authority()
    certificate, key = authority.issue("localhost")
    chain = (
        to_pem(certificate)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    )
    (tmp_path / "chain.pem").write_text(chain)
    (tmp_path / "ca.pem").write_text(to_pem(authority.certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "chain.pem")
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with ExitStack() as stack:
        server = Server(stack, context=context)

        report = probe(server.serve())

    (finding,) = report.findings
    assert finding.code == "dev_certificate"
    assert "the certificate of its server names 'DEV ONLY token-issuer'" in finding.what
    assert len(server.requests) == (1 if is_trusted else 0), "no request without trust"


def test_session_cookie_of_the_simulator_is_found_in_a_redirect(server: Server) -> None:
    server.serve(path="/clean")
    cookie = ("Set-Cookie", f"{SESSION_COOKIE}=x; HttpOnly; SameSite=Lax")

    report = probe(server.serve(b"", ("Location", "/clean"), cookie, status=302))

    assert get_codes(report) == ["dev_login"]


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_redirect_to_the_simulator_is_not_followed(server: Server, status: int) -> None:
    report = probe(server.serve(b"", ("Location", FORWARD), status=status))

    (finding,) = report.findings
    assert finding.code == "dev_reference"
    assert f"it redirects to {FORWARD}" in finding.what
    assert len(server.requests) == 1


def test_redirects_are_followed_to_check_their_targets(server: Server) -> None:
    server.serve(MARKED, path="/b/keys")
    server.serve(b"", ("Location", "../b/keys"), status=302, path="/a/hop")
    uri = server.serve(b"", ("Location", "/a/hop"), status=307)

    assert get_codes(probe(uri)) == ["dev_key"]
    assert [path for path, _ in server.requests] == ["/keys", "/a/hop", "/b/keys"]


def test_body_and_header_of_a_redirect_are_searched(server: Server) -> None:
    server.serve(path="/clean")

    uri = server.serve(MARKED, ("Location", "/clean"), DEV_HEADER, status=302)

    assert get_codes(probe(uri)) == ["dev_header", "dev_key"]


@pytest.mark.parametrize(
    ("body", "headers", "status", "detail"),
    [
        (b"not found", [], 404, "it responded with status 404"),
        (b'{"keys": []}', [], 200, "its response contains no key that the guard can read"),
        (b"<html>sign in</html>", [], 200, "its response contains no key"),
        (b"\x1f\x8bnot gzip", [], 200, "its response contains no key"),
        (CLEAN, [("Content-Length", "9999")], 200, "its response was cut off or took too long"),
        (
            CLEAN,
            [("Transfer-Encoding", "chunked")],
            200,
            "its response was cut off or took too long",
        ),
    ],
    ids=range(6),
)
def test_response_without_keys_is_reported_and_allowed(
    server: Server, body: bytes, headers: list[Header], status: int, detail: str
) -> None:
    uri = server.serve(body, *headers, status=status)

    report = probe(uri)

    assert report.allowed
    assert report.probe.status == "failed"
    assert report.probe.detail.startswith(detail)
    (finding,) = probe(uri, require_probe=True).findings
    assert finding.code == "probe_failed"
    assert report.probe.detail in finding.what


def test_marks_before_the_size_limit_are_reported_instead_of_the_size(server: Server) -> None:
    assert get_codes(probe(server.serve(MARKED + b" " * 600_000))) == ["dev_key"]


def find_dead_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("http://127.0.0.1:{port}/keys", "it cannot be reached (Connection refused)"),
        ("https://127.0.0.1:{port}/keys", "it cannot be reached (Connection refused)"),
        ("http://no-such-host.invalid/keys", "its host name cannot be resolved"),
    ],
)
def test_unreachable_endpoint_is_a_warning(
    uri: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    environ = {"JWT_JWKS_URI": uri.format(port=find_dead_port())}

    enforce(environ)

    (record,) = caplog.records
    assert record.name == "proxy_guard"
    assert record.levelno == logging.WARNING
    assert f"probe: failed ({reason})" in record.getMessage()
    with pytest.raises(proxy_guard.GuardRefusedError, match="probe_failed"):
        enforce(environ, require_probe=True)


@pytest.mark.parametrize(
    ("head", "step"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["silence", "header", "body", "chunks", "interim answers"],
)
def test_slow_server_is_abandoned_at_the_deadline(head: bytes, step: bytes) -> None:
    left = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(head)
        while not left.wait(0.05):
            connection.sendall(step)

    with serve_raw(trickle) as uri:
        outcome, findings = run_probe(uri, timeout_s=0.5)
        left.set()  # set only after the probe has stopped reading

        assert outcome.status == "failed"
        assert findings == ()
        names = [thread.name for thread in threading.enumerate()]
        deadline = time.monotonic() + 60
        while "proxy-guard" in names and time.monotonic() < deadline:
            time.sleep(0.02)
            names = [thread.name for thread in threading.enumerate()]
        assert "proxy-guard" not in names, "the thread ends, too"


def test_marks_of_a_slow_server_are_found() -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Dev-Only: token-issuer\r\n\r\n" + MARKED)
        left.wait(60)

    left = threading.Event()
    with serve_raw(trickle) as uri:
        outcome, findings = run_probe(uri, timeout_s=5)
        left.set()

    assert outcome.status == "found"
    assert [finding.code for finding in findings] == ["dev_header", "dev_key"]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x1b[31mhunter2\r\n\r\n",
    ],
    ids=range(5),
)
def test_response_without_a_key_set_is_a_failed_probe(answer: bytes) -> None:
    with serve_raw(lambda connection: connection.sendall(answer)) as uri:
        report = probe(uri)

    assert report.allowed
    assert report.probe.status == "failed"
    assert "hunter2" not in report.probe.detail


def test_probe_is_skipped_if_its_result_would_not_matter(server: Server) -> None:
    uri = server.serve(MARKED)

    enforce({"JWT_JWKS_URI": uri, "APP_ENV": "qa"})
    enforce({"JWT_JWKS_URI": uri}, probe=False)
    skipped = check({"JWT_JWKS_URI": uri, "JWT_ISSUER": "https://issuer.local"})

    assert server.requests == []
    assert skipped.probe.status == "skipped"
    assert check({"JWT_JWKS_URI": uri, "APP_ENV": "qa"}).allowed
    assert len(server.requests) == 1, "check probes in every environment"


def test_proxies_of_the_environment_are_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{find_dead_port()}")

    assert probe(server.serve()).probe.status == "clean"


def test_user_info_is_not_sent(server: Server) -> None:
    uri = server.serve().replace("http://", "http://user:hunter2@")

    report = probe(uri)

    ((_, headers),) = server.requests
    assert report.probe.status == "clean"
    assert "Authorization" not in headers
    assert headers["Host"] == server.url.removeprefix("http://")


@pytest.fixture
def tls_server(
    tmp_path: Path, server_credentials: tuple[x509.Certificate, ec.EllipticCurvePrivateKey]
) -> Iterator[Server]:
    certificate, key = server_credentials
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    (tmp_path / "ca.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with ExitStack() as stack:
        yield Server(stack, context=context)


def test_tls_is_verified(
    tls_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = tls_server.serve(MARKED, DEV_HEADER)
    distrusted = probe(uri)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    assert distrusted.allowed
    assert "its TLS certificate is not trusted (self-signed" in distrusted.probe.detail
    assert get_codes(probe(uri)) == ["dev_header", "dev_key"]
    assert "not trusted" in probe(uri.replace("localhost", "127.0.0.1")).probe.detail
