"""The guard detects the real issuer behind neutral names, at start-up and while the proxy runs."""

import gzip
import json
import re
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from jwt_core import KeySet, SigningKey, generate_key, sign
from proxy_guard import cli
from proxy_guard.probe.probe import run_probe

from tests.conftest import ISSUER_COMMAND
from tests.in_process import call_main
from tests.services import Service, Start, mint

pytestmark = pytest.mark.requirement("PG-3")

Respond = Callable[[BaseHTTPRequestHandler], None]
Publish = Callable[[Respond], str]
CLAIMS: Final = {"iss": "https://id.example.com", "aud": "orders", "sub": "alice"}


@pytest.fixture(autouse=True)
def patient_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise the probe's time limit to 60 s for busy machines."""
    monkeypatch.setattr(run_probe, "__kwdefaults__", {"timeout_s": 60.0})


@pytest.fixture(scope="module")
def issuer(start_shared_issuer: Start) -> Service:
    return start_shared_issuer()


@pytest.fixture
def publish() -> Iterator[Publish]:
    """Return a function that serves keys at a neutral URI with the given handler function."""
    with ExitStack() as stack:

        def start(respond: Respond) -> str:
            class Handler(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    respond(self)

                def log_message(self, *_: object) -> None:
                    """Do not log."""

            server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}/realms/main/certs"

        yield start


def answer(request: BaseHTTPRequestHandler, body: bytes, headers: Mapping[str, str]) -> None:
    request.send_response(200)
    for name, value in headers.items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def fetch_marked_keys(issuer: Service) -> list[dict[str, Any]]:
    document = httpx.get(f"{issuer.url}/.well-known/jwks.json", trust_env=False).json()
    keys: list[dict[str, Any]] = document["keys"]
    return keys


def check(environ: Mapping[str, str], **variables: str) -> tuple[int, set[str], str]:
    production = {**environ, "NODE_ENV": "production", **variables}
    outcome = call_main(cli.main, "check", "--json", environ=production)
    report = json.loads(outcome.stdout)
    codes = {finding["code"] for finding in report["findings"]}
    return outcome.returncode, codes, report["probe"]["status"]


def test_issuer_at_an_ip_address_and_another_port_is_refused(
    issuer: Service, base_environ: dict[str, str]
) -> None:
    for path in ("/.well-known/jwks.json", "/certs"):
        outcome = check(base_environ, JWT_JWKS_URI=f"{issuer.url}{path}")
        assert outcome == (1, {"dev_header", "dev_jwks", "dev_kid", "dev_key"}, "found"), path
    elsewhere = check(base_environ, JWT_JWKS_URI=f"{issuer.url}/no-such-path")
    assert elsewhere == (1, {"dev_header"}, "found")


def test_intermediary_that_strips_all_marks_except_the_watermark_is_refused(
    issuer: Service, base_environ: dict[str, str], publish: Publish
) -> None:
    keys = [{**key, "kid": "prod-1"} for key in fetch_marked_keys(issuer)]
    stripped = {
        "header": ({"keys": keys}, {"X-Dev-Only": "token-issuer"}, {"dev_header", "dev_key"}),
        "member": ({"keys": keys, "dev_only": True}, {}, {"dev_jwks", "dev_key"}),
        "watermark": ({"keys": keys}, {}, {"dev_key"}),
    }
    for name, (document, headers, codes) in stripped.items():
        body = json.dumps(document).encode()
        uri = publish(lambda request, body=body, headers=headers: answer(request, body, headers))  # type: ignore[misc]

        assert check(base_environ, JWT_JWKS_URI=uri) == (1, codes, "found"), name


def list_paths(issuer: Service) -> list[str]:
    """List the paths that the issuer serves to GET requests, with the account of its project."""
    described = httpx.get(f"{issuer.url}/openapi.json", trust_env=False).json()["paths"]
    account = "dev-only@dev-only-project.iam.gserviceaccount.com"
    paths = [path for path, methods in described.items() if "get" in methods]
    return [re.sub(r"\{\w+\}", account, path) for path in paths]


def test_every_path_of_the_issuer_is_refused(issuer: Service, base_environ: dict[str, str]) -> None:
    paths = list_paths(issuer)
    identity = "/computeMetadata/v1/instance/service-accounts/default/identity?audience=x"

    assert len(paths) > 20
    for path in [*paths, identity]:
        exit_code, codes, status = check(base_environ, JWT_JWKS_URI=f"{issuer.url}{path}")
        assert (exit_code, status) == (1, "found"), path
        assert "dev_header" in codes, path


def test_key_document_without_header_member_and_key_id_is_refused_unless_its_keys_are_ec(
    issuer: Service, base_environ: dict[str, str], publish: Publish
) -> None:
    allowed: set[str] = set()
    refused: set[str] = set()
    for path in list_paths(issuer):
        text = httpx.get(f"{issuer.url}{path}", trust_env=False).text
        if '"kty"' not in text and "-----BEGIN" not in text:
            continue
        body = re.sub(r"dev-key|dev_only", "x", text).encode()
        uri = publish(lambda request, body=body: answer(request, body, {}))  # type: ignore[misc]
        exit_code, _, status = check(base_environ, JWT_JWKS_URI=uri)
        (refused if exit_code else allowed).add(path)
        assert status == ("found" if exit_code else "clean"), path

    assert allowed == {"/iap/verify/public_key", "/iap/verify/public_key-jwk"}
    assert len(refused) > 10


def test_key_file_of_a_service_account_is_refused(
    issuer: Service, base_environ: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "key.json"
    subprocess.run(
        [ISSUER_COMMAND, "make-service-account", path, "--url", issuer.url],
        env=base_environ, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    key_file = json.loads(path.read_text())

    assert "dev_key" in check(base_environ, GOOGLE_APPLICATION_CREDENTIALS=str(path))[1]
    for variable in ("GOOGLE_CREDENTIALS", "ANY"):
        alone = json.dumps({"private_key": key_file["private_key"]})
        assert check(base_environ, **{variable: alone})[:2] == (1, {"dev_key"}), variable


def test_redirect_to_the_issuer_is_refused(
    issuer: Service, base_environ: dict[str, str], publish: Publish
) -> None:
    def redirect(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", f"{issuer.url}/certs")
        request.end_headers()

    exit_code, codes, _ = check(base_environ, JWT_JWKS_URI=publish(redirect))

    assert exit_code == 1
    assert {"dev_header", "dev_key"} <= codes


OK: Final = b"HTTP/1.1 200 OK\r\n"
UNUSUAL: Final[dict[str, Callable[[bytes], bytes]]] = {
    "large": lambda keys: OK + b"\r\n" + b" " * 600_000 + keys,
    "103": lambda keys: b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK + b"\r\n" + keys,
    "gzip members": lambda keys: (
        OK
        + b"Content-Encoding: gzip\r\n\r\n"
        + b"".join(gzip.compress(part) for part in (keys[:60], keys[60:]))
    ),
    "raw deflate": lambda keys: (
        OK + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(keys)[2:-4]
    ),
    "unknown coding": lambda keys: OK + b"Content-Encoding: br\r\n\r\n" + zlib.compress(keys)[2:-4],
    "many fields": lambda keys: OK + b"A: b\r\n" * 200 + b"\r\n" + keys,
    "broken chunks": lambda keys: (
        OK + b"Transfer-Encoding: chunked\r\n\r\n+%x\r\n%b\r\n0\r\n\r\n" % (len(keys), keys)
    ),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_key_set_of_the_issuer_in_an_unusual_response_is_refused(
    issuer: Service, base_environ: dict[str, str], publish: Publish, name: str
) -> None:
    keys = json.dumps({"keys": [{**key, "kid": "1"} for key in fetch_marked_keys(issuer)]})

    def respond(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(UNUSUAL[name](keys.encode()))

    exit_code, codes, _ = check(base_environ, JWT_JWKS_URI=publish(respond))

    assert exit_code == 1
    assert codes & {"dev_key", "unjudged_keys"}


def test_redirect_with_trailing_blanks_to_the_issuer_is_refused(
    issuer: Service, base_environ: dict[str, str], publish: Publish
) -> None:
    def redirect(request: BaseHTTPRequestHandler) -> None:
        location = f"Location: {issuer.url}/certs \t \r\n\r\n"
        request.wfile.write(b"HTTP/1.1 302 Found\r\n" + location.encode())

    exit_code, codes, _ = check(base_environ, JWT_JWKS_URI=publish(redirect))

    assert exit_code == 1
    assert "dev_key" in codes


def test_key_of_the_issuer_is_refused_as_a_static_key(
    issuer: Service, base_environ: dict[str, str]
) -> None:
    (jwk, *_) = fetch_marked_keys(issuer)

    assert check(base_environ, JWT_PUBLIC_KEY=json.dumps(jwk | {"kid": "1"}))[1] == {"dev_key"}


class KeyEndpoint:
    """A production key endpoint whose document changes while the proxy runs."""

    def __init__(self, key: SigningKey) -> None:
        self.document = KeySet((key.verification_key,)).to_document()
        self.fetches = 0

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        self.fetches += 1
        headers = {"Content-Type": "application/json"}
        answer(request, json.dumps(self.document).encode(), headers)


def test_dev_key_published_after_the_start_is_rejected_and_logged(
    client: httpx.Client, issuer: Service, start_proxy: Start, publish: Publish
) -> None:
    key = generate_key(kid="prod-1")
    endpoint = KeyEndpoint(key)
    proxy = start_proxy(
        NODE_ENV="production",
        JWT_JWKS_URI=publish(endpoint.respond),
        JWT_ISSUER=CLAIMS["iss"],
        JWT_AUDIENCE=CLAIMS["aud"],
    )
    good_token = sign({**CLAIMS, "exp": int(time.time()) + 300}, key)
    dev_token = mint(client, issuer, **CLAIMS)

    def call(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return client.get(f"{proxy.url}/orders", headers=headers).status_code

    assert call(good_token) == 200
    fetches = endpoint.fetches
    endpoint.document = {"keys": [*endpoint.document["keys"], *fetch_marked_keys(issuer)]}
    while endpoint.fetches == fetches:  # the token causes a fetch after the proxy's cooldown
        assert call(dev_token) == 401

    assert call(dev_token) == 401
    assert call(good_token) == 200
    assert proxy.stop() == 0
    assert proxy.process.stderr
    log = proxy.process.stderr.read()
    assert "ERROR jwt_core.remote: no new key set from http://127.0.0.1:" in log
    assert "[dev_key] the key set provides a key of the dev-only token-issuer" in log
    assert "[dev_kid]" in log


def test_valid_token_that_refers_to_the_issuer_is_rejected(
    client: httpx.Client, start_proxy: Start, publish: Publish
) -> None:
    key = generate_key(kid="prod-1")
    proxy = start_proxy(
        NODE_ENV="production",
        JWT_JWKS_URI=publish(KeyEndpoint(key).respond),
        JWT_ISSUER=CLAIMS["iss"],
        JWT_AUDIENCE=CLAIMS["aud"],
    )
    claims = {**CLAIMS, "exp": int(time.time()) + 300}
    marked = sign(claims, key, headers={"jku": "https://issuer.local/certs"})

    reply = client.get(f"{proxy.url}/orders", headers={"Authorization": f"Bearer {marked}"})

    assert reply.status_code == 401
    assert "must not be used in production" in reply.json()["detail"]
    assert proxy.stop() == 0
    assert proxy.process.stderr
    assert "[dev_reference] the token refers to the dev-only token-issuer" in (
        proxy.process.stderr.read()
    )


def test_proxy_does_not_start_against_a_marked_endpoint(
    issuer: Service, base_environ: dict[str, str], proxy_command: str
) -> None:
    outcome = subprocess.run(
        [proxy_command],
        env={**base_environ, "NODE_ENV": "production", "JWT_JWKS_URI": f"{issuer.url}/certs"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert outcome.returncode == 1
    assert "[dev_key]" in outcome.stderr
