"""The proxy between networks: CORS, WebSockets, certificate authorities, forward proxies."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt_core import KeySet, SigningKey

from tests.services import Service, run_service

if TYPE_CHECKING:
    from examples.proxy.tests.integration.conftest import Upstream

PREFLIGHT: Final = {
    "Origin": "https://app.example.com",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}


@contextmanager
def serve_document(document: dict[str, Any], tls: ssl.SSLContext | None = None) -> Iterator[Any]:
    """Serve *document*, and yield the server; `requested` lists the request targets."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the base class's name
            requested.append(self.path)
            body = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # base class
            pass

    requested: list[str] = []
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.requested = requested
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def write_authority(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Create a certificate for localhost; return the context of its server, and its PEM file."""
    private_key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509
        .CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private_key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "ca.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.write_bytes(
        private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file, key_file)
    return context, certificate_file


def get(service: Service, token: str, **headers: str) -> httpx.Response:
    fields = {"Authorization": f"Bearer {token}", **headers}
    return httpx.get(f"{service.url}/a", headers=fields, trust_env=False, timeout=60)


def test_upstream_answers_preflights_without_a_token(proxy: Service) -> None:
    extra = {"Cookie": "a=b", "X-HTTP-Method-Override": "DELETE", "X-Verified-Subject": "root"}
    answer = httpx.request(
        "OPTIONS", f"{proxy.url}/a", headers={**PREFLIGHT, **extra}, trust_env=False, timeout=60
    )

    assert answer.status_code == 501  # what the upstream, which implements GET and POST, responds


@pytest.mark.parametrize("missing", PREFLIGHT)
def test_other_options_requests_need_a_token(proxy: Service, missing: str) -> None:
    fields = {name: value for name, value in PREFLIGHT.items() if name != missing}
    answer = httpx.request("OPTIONS", f"{proxy.url}/a", headers=fields, trust_env=False, timeout=60)

    assert answer.status_code == (501 if missing == "Access-Control-Request-Headers" else 401)


def test_proxy_answers_preflights_of_permitted_origins(
    command: list[str], environ: dict[str, str], token: str
) -> None:
    origins = "https://app.example.com, https://b.example"
    with run_service(command, {**environ, "CORS_ORIGINS": origins}) as service:
        url = f"{service.url}/a"
        permitted = httpx.request("OPTIONS", url, headers=PREFLIGHT, trust_env=False, timeout=60)
        foreign = httpx.request(
            "OPTIONS",
            url,
            headers={**PREFLIGHT, "Origin": "https://c.example"},
            trust_env=False,
            timeout=60,
        )
        refused = httpx.get(
            url, headers={"Origin": "https://b.example"}, trust_env=False, timeout=60
        )
        accepted = get(service, token, Origin="https://b.example")

    assert permitted.status_code == 204
    assert permitted.headers["access-control-allow-origin"] == "https://app.example.com"
    assert permitted.headers["access-control-allow-methods"] == "POST"
    assert permitted.headers["access-control-allow-headers"] == "authorization,content-type"
    assert "access-control-allow-origin" not in foreign.headers
    assert (refused.status_code, accepted.status_code) == (401, 200)
    for answer in (refused, accepted):
        assert answer.headers["access-control-allow-origin"] == "https://b.example"
        assert answer.headers["access-control-expose-headers"] == "WWW-Authenticate"
        assert answer.headers["vary"] == "Origin"


def test_web_socket_is_501_after_verification(proxy: Service, token: str) -> None:
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }

    assert get(proxy, token, **handshake).status_code == 501
    assert get(proxy, "abc", **handshake).status_code == 401


@pytest.mark.parametrize("mode", ["drop", "append"])
def test_forged_provenance(
    command: list[str], environ: dict[str, str], token: str, upstream: "Upstream", mode: str
) -> None:
    assert upstream.respond is None
    with run_service(command, {**environ, "FORWARDED_HEADERS": mode}) as service:
        forged = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
        headers = dict(get(service, token, **forged).json()["headers"])

    if mode == "drop":
        assert not {"x-forwarded-for", "forwarded"} & headers.keys()
    else:
        assert headers["x-forwarded-for"] == "203.0.113.9, 127.0.0.1"
        assert headers["forwarded"].startswith("for=203.0.113.9, for=127.0.0.1;host=")


def test_one_setting_names_the_authorities_of_all_fetches(
    command: list[str], environ: dict[str, str], key: SigningKey, token: str, tmp_path: Path
) -> None:
    tls, ca_file = write_authority(tmp_path)
    document = KeySet((key.verification_key,)).to_document()
    with serve_document(document, tls) as jwks, serve_document({"ok": True}, tls) as upstream:
        settings = {
            **environ,
            "JWT_PUBLIC_KEY": "",
            "JWT_JWKS_URI": f"https://localhost:{jwks.server_address[1]}/jwks.json",
            "UPSTREAM_URL": f"https://localhost:{upstream.server_address[1]}",
        }
        with run_service(command, {**settings, "SSL_CERT_FILE": str(ca_file)}) as service:
            accepted = get(service, token)
        with run_service(command, {**settings, "SSL_CERT_FILE": ""}) as service:
            refused = get(service, token)

    assert (accepted.status_code, refused.status_code) == (200, 503)
    assert accepted.json() == {"ok": True}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_key_set_is_fetched_through_the_forward_proxy(
    command: list[str],
    environ: dict[str, str],
    key: SigningKey,
    token: str,
    tmp_path: Path,
    scheme: str,
) -> None:
    uri = "http://jwks.invalid/jwks.json"
    tls, ca_file = write_authority(tmp_path)
    document = KeySet((key.verification_key,)).to_document()
    with serve_document(document, tls if scheme == "https" else None) as forward_proxy:
        settings = {
            **environ,
            "JWT_PUBLIC_KEY": "",
            "JWT_JWKS_URI": uri,
            "JWKS_PROXY_URL": f"{scheme}://localhost:{forward_proxy.server_address[1]}",
            "SSL_CERT_FILE": str(ca_file),
        }
        with run_service(command, settings) as service:
            answer = get(service, token)

    assert answer.status_code == 200
    assert forward_proxy.requested == [uri]


def test_missing_keys_are_logged_once_and_not_disclosed(
    command: list[str], environ: dict[str, str], token: str
) -> None:
    document = {"keys": [{"kty": "RSA", "kid": f"secret-{i}" * 50, "n": "!"} for i in range(3000)]}
    with serve_document(document) as jwks:
        uri = f"http://127.0.0.1:{jwks.server_address[1]}/internal.json"
        settings = {**environ, "JWT_PUBLIC_KEY": "", "JWT_JWKS_URI": uri}
        with run_service(command, settings) as service:
            answers = [get(service, token) for _ in range(5)]
            service.process.terminate()
            _, log = service.process.communicate(timeout=60)

    for answer in answers:
        assert answer.status_code == 503
        assert "secret" not in answer.text
        assert "internal" not in answer.text
        assert len(answer.content) < 300
    assert uri in log
    assert len(log) < 10_000
