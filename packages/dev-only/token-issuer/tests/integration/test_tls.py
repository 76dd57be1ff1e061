# DEV-ONLY: never ship to production.
"""HTTPS of the issuer, by clients as they are: httpx, curl, openssl, and its own commands."""

import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from freezegun import freeze_time
from tests.machine import find_command
from tests.relying_party import run_relying_party
from token_issuer import RunningIssuer, run_token_issuer
from token_issuer.errors import BrowserError, InvalidInputError, UntrustedServerError
from token_issuer.remote_issuer import KeptConnections, fetch_json
from token_issuer.tls.authority import Authority

pytestmark = pytest.mark.requirement("GO-6")

StartIssuer = Callable[..., Any]
RunCommand = Callable[..., subprocess.CompletedProcess[str]]
HEALTH: Final = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def issuer() -> Iterator[RunningIssuer]:
    with run_token_issuer(tls=True, issuer="self") as running:
        yield running


@pytest.fixture(scope="module")
def trusting(issuer: RunningIssuer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(issuer.ca_file))


@pytest.fixture
def http(issuer: RunningIssuer, trusting: ssl.SSLContext) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=issuer.url, verify=trusting, timeout=60, trust_env=False) as client:
        yield client


def get_port(issuer: RunningIssuer) -> int:
    return int(issuer.url.rpartition(":")[2])


@pytest.fixture
def connect(
    issuer: RunningIssuer, trusting: ssl.SSLContext
) -> Iterator[Callable[[], ssl.SSLSocket]]:
    """Return a function that opens a TLS connection to the issuer."""
    opened: list[ssl.SSLSocket] = []

    def open_connection() -> ssl.SSLSocket:
        raw = socket.create_connection(("127.0.0.1", get_port(issuer)), timeout=60)
        opened.append(trusting.wrap_socket(raw, server_hostname="localhost"))
        return opened[-1]

    yield open_connection
    for connection in opened:
        connection.close()


def read_all(connection: socket.socket) -> bytes:
    data = bytearray()
    while part := connection.recv(1 << 16):
        data += part
    return bytes(data)


def test_every_url_is_https(issuer: RunningIssuer, http: httpx.Client) -> None:
    document = http.get("/.well-known/openid-configuration").json()

    assert issuer.url.startswith("https://127.0.0.1:")
    assert document["issuer"] == issuer.url == issuer.issuer
    assert document["jwks_uri"] == issuer.jwks_uri
    urls = [value for value in document.values() if isinstance(value, str)]
    assert not [url for url in urls if url.startswith("http:")]


def test_fast_path_and_full_path_answer_on_one_connection(http: httpx.Client) -> None:
    fast = http.get("/.well-known/jwks.json")
    full = http.get("/.well-known/jwks.json", headers={"Origin": "http://localhost:3000"})
    token = http.post("/token", data={"sub": "alice"})

    assert fast.json() == full.json()
    assert token.json()["token_type"] == "Bearer"
    assert {response.headers["x-dev-only"] for response in (fast, full, token)} == {"token-issuer"}


def test_session_cookie_is_secure(http: httpx.Client, issuer: RunningIssuer) -> None:
    issuer.reset()
    issuer.logins.next("alice")
    query = {"response_type": "code", "client_id": "a", "redirect_uri": "http://localhost/cb"}

    redirect = http.get("/authorize", params=query)

    assert redirect.status_code == 303
    assert "; Secure" in redirect.headers["set-cookie"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_curl_and_openssl_accept_the_certificate(issuer: RunningIssuer, host: str) -> None:
    url, ca_file = f"https://{host}:{get_port(issuer)}", str(issuer.ca_file)
    curl = [
        find_command("curl", "install curl"),
        "-sS",
        "--noproxy",
        "*",
        "--cacert",
        ca_file,
        f"{url}/health",
    ]
    kind = "-verify_ip" if host[0].isdigit() else "-verify_hostname"
    options = ["-connect", f"127.0.0.1:{get_port(issuer)}", "-CAfile", ca_file, kind, host]
    openssl = [
        find_command("openssl", "install openssl"),
        "s_client",
        "-verify_return_error",
        *options,
    ]

    fetched = subprocess.run(curl, capture_output=True, text=True, check=False, timeout=60)
    checked = subprocess.run(
        openssl, input="", capture_output=True, text=True, check=False, timeout=60
    )

    assert '"status":"ok"' in fetched.stdout, fetched.stderr
    assert checked.returncode == 0, checked.stderr
    assert "Verify return code: 0 (ok)" in checked.stdout


def test_client_without_the_authority_refuses(issuer: RunningIssuer) -> None:
    with pytest.raises(httpx.ConnectError, match=r"self-signed|unable to get local issuer"):
        httpx.get(issuer.url, trust_env=False, timeout=60)


def test_other_name_than_those_of_the_issuer_is_refused(
    issuer: RunningIssuer, trusting: ssl.SSLContext
) -> None:
    with (
        socket.create_connection(("127.0.0.1", get_port(issuer)), timeout=60) as raw,
        pytest.raises(ssl.SSLCertVerificationError, match=r"not valid for 'accounts\.google\.com'"),
    ):
        trusting.wrap_socket(raw, server_hostname="accounts.google.com")


def test_pipelined_requests_are_answered_in_order(connect: Callable[[], ssl.SSLSocket]) -> None:
    connection = connect()
    last = HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    connection.sendall(HEALTH * 50 + b"GET /certs HTTP/1.1\r\nHost: localhost\r\n\r\n" + last)

    answer = read_all(connection)

    assert answer.count(b"HTTP/1.1 200 OK") == 52
    assert answer.rindex(b'"status":"ok"') > answer.index(b'"keys"')


def test_client_that_reads_late_gets_every_response(
    connect: Callable[[], ssl.SSLSocket], http: httpx.Client
) -> None:
    """Check with more responses than the buffers of the sockets hold: reading and writing pause."""
    connection = connect()
    request = b"GET /certs HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    sender = threading.Thread(target=connection.sendall, args=(request * 9999 + last,))
    sender.start()

    assert http.get("/health").status_code == 200
    assert read_all(connection).count(b"HTTP/1.1 200 OK") == 10_000
    sender.join()


def test_http_1_0_client_is_answered(connect: Callable[[], ssl.SSLSocket]) -> None:
    connection = connect()
    connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")

    assert b'"status":"ok"' in read_all(connection)


def test_body_of_a_megabyte_arrives_and_is_refused_by_http(http: httpx.Client) -> None:
    refused = http.post("/token", content=b"sub=" + b"a" * (1 << 20))

    assert refused.status_code in {400, 413, 415}


def test_response_of_a_megabyte_arrives(http: httpx.Client) -> None:
    token = http.post("/token", json={"defect": "sub-huge"})

    assert token.status_code == 200
    assert int(token.headers["content-length"]) == len(token.content) > (1 << 20)


def test_client_that_closes_its_side_gets_its_response(
    connect: Callable[[], ssl.SSLSocket],
) -> None:
    connection = connect()
    connection.sendall(HEALTH)
    socket.socket.shutdown(connection, socket.SHUT_WR)  # without the alert of TLS

    assert b'"status":"ok"' in read_all(connection)


def test_clients_that_go_away_leave_the_issuer_alone(
    issuer: RunningIssuer, connect: Callable[[], ssl.SSLSocket], http: httpx.Client
) -> None:
    for data in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00", b"GET"):
        with socket.create_connection(("127.0.0.1", get_port(issuer)), timeout=60) as raw:
            raw.sendall(data)
    for data in (
        b"",
        b"G",
        HEALTH,
        b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
    ):
        connection = connect()
        connection.sendall(data)
        connection.close()

    assert http.get("/health").status_code == 200


def test_plain_request_is_told_to_use_https(issuer: RunningIssuer) -> None:
    answer = httpx.get(issuer.url.replace("https:", "http:"), trust_env=False, timeout=60)

    assert answer.status_code == 400
    assert answer.json()["detail"] == "this port speaks TLS: use a URL that starts with https:"
    assert answer.headers["x-dev-only"] == "token-issuer"


@pytest.mark.parametrize(
    ("fault", "is_complete"),
    [
        ({"kind": "delay", "delay": 0.01}, True),
        ({"kind": "drip", "chunk": 400, "interval": 0.001}, True),
        ({"kind": "truncated"}, False),
        ({"kind": "reset"}, False),
        ({"kind": "reset", "at": "after-header"}, False),
    ],
)
def test_faults_of_the_transport_work(
    issuer: RunningIssuer, http: httpx.Client, fault: dict[str, Any], *, is_complete: bool
) -> None:
    issuer.faults.set(fault)
    try:
        if is_complete:
            assert "keys" in http.get("/.well-known/jwks.json").json()
        else:
            with pytest.raises(httpx.TransportError):
                http.get("/.well-known/jwks.json")
    finally:
        issuer.faults.reset()


@pytest.mark.parametrize("to", ["same-host", "other-host"])
def test_redirect_faults_stay_on_https(issuer: RunningIssuer, http: httpx.Client, to: str) -> None:
    issuer.faults.set({"kind": "redirect", "to": to})
    try:
        response = http.get("/.well-known/jwks.json", follow_redirects=True)
    finally:
        issuer.faults.reset()

    assert response.url.scheme == "https"
    assert response.status_code == 200


def test_commands_of_the_issuer_trust_the_file(
    issuer: RunningIssuer, call_command: RunCommand
) -> None:
    environ = {"TOKEN_ISSUER_TLS_CA": str(issuer.ca_file)}

    healthy = call_command("health", "--url", issuer.url, **environ)
    tokens = call_command("make-token", "--url", issuer.url, "--count", "20", **environ)
    listed = call_command("keys", "list", "--url", issuer.url, **environ)
    untrusted = call_command("health", "--url", issuer.url, TOKEN_ISSUER_TLS_CA="/nowhere/ca.pem")

    assert (healthy.returncode, healthy.stdout[:4]) == (0, "ok: ")
    assert len(set(tokens.stdout.split())) == 20
    assert listed.stdout.startswith("dev-key")
    assert untrusted.returncode == 1
    assert "its certificate is not trusted" in untrusted.stderr
    assert "set TOKEN_ISSUER_TLS_CA to the file of its CA" in untrusted.stderr
    assert "Traceback" not in untrusted.stderr


def test_kept_connections_are_reused(issuer: RunningIssuer) -> None:
    with KeptConnections(f"{issuer.url}/token", issuer.ca_files) as connections:
        tokens = {connections.fetch_json(b"{}")["access_token"] for _ in range(5)}

    assert len(tokens) == 5


def test_plain_and_tls_are_not_mixed_up_silently(issuer: RunningIssuer) -> None:
    with pytest.raises(Exception, match="use a URL that starts with https:"):
        fetch_json(issuer.url.replace("https:", "http:") + "/health")
    with run_token_issuer() as plain, pytest.raises(Exception, match="does not speak TLS"):
        fetch_json(plain.url.replace("http:", "https:") + "/health")


def test_login_goes_through_https(issuer: RunningIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer.reset()
    monkeypatch.setenv("SSL_CERT_FILE", str(issuer.ca_file))  # for the application
    with run_relying_party(issuer.url) as party:
        login = issuer.login(f"{party.url}/login", user="alice")

    assert login.text == "welcome"


def test_browser_refuses_an_unknown_authority(issuer: RunningIssuer) -> None:
    with run_token_issuer(tls=True) as other:
        with pytest.raises(BrowserError, match="its certificate is not trusted"):
            issuer.login(f"{other.url}/")
        with pytest.raises(UntrustedServerError):
            fetch_json(f"{other.url}/health", ca_files=issuer.ca_files)


def test_fixture_gives_the_authority(issuer: RunningIssuer, tmp_path: Path) -> None:
    assert issuer.ca_pem.startswith("# DEV-ONLY")
    assert issuer.ca_file.exists()
    with run_token_issuer(tls=True, tls_ca=tmp_path / "ca.pem", issuers={"staff": {}}) as named:
        assert named.ca_file == tmp_path / "ca.pem"
        assert named.issuers["staff"].ca_file == named.ca_file
        url = f"{named.issuers['staff'].url}/health"
        assert fetch_json(url, ca_files=named.ca_files)["status"] == "ok"
    with (
        run_token_issuer() as plain,
        pytest.raises(InvalidInputError, match="start it with tls=True"),
    ):
        plain.ca_file  # noqa: B018  # the property raises


@pytest.mark.parametrize("freeze", [freeze_time, time_machine.travel])
def test_frozen_time_does_not_affect_the_certificate(freeze: Callable[[str], Any]) -> None:
    with freeze("2020-01-01"), run_token_issuer(tls=True) as frozen:
        assert fetch_json(f"{frozen.url}/health", ca_files=frozen.ca_files)["status"] == "ok"


@pytest.mark.parametrize("workers", [1, 2])
def test_serve_writes_the_authority_and_says_where(
    start_issuer: StartIssuer, tmp_path: Path, workers: int
) -> None:
    path = tmp_path / "ca.pem"
    running = start_issuer("--tls", "--tls-ca", str(path), "--workers", str(workers))
    context = ssl.create_default_context(cafile=str(path))
    for _ in range(4 * workers):
        answer = httpx.get(f"{running.url}/health", verify=context, trust_env=False, timeout=60)
        assert answer.json()["status"] == "ok"
    running.process.terminate()
    printed = running.process.stdout.read()

    assert running.process.wait(60) == 0
    assert running.url.startswith("https://")
    assert f"Clients must trust the CA in {path}" in printed
    assert f"curl -s --cacert {path} -X POST {running.url}/token" in printed


def test_issuer_that_cannot_listen_leaves_the_authority_of_the_running_one(
    start_issuer: StartIssuer, call_command: RunCommand, tmp_path: Path
) -> None:
    path = tmp_path / "ca.pem"
    running = start_issuer("--tls", "--tls-ca", str(path))
    before = path.read_bytes()
    port = running.url.rpartition(":")[2]

    second = call_command("serve", "--tls", "--tls-ca", str(path), "--port", port)

    assert second.returncode == 1
    assert "cannot listen on 127.0.0.1 port" in second.stderr
    assert path.read_bytes() == before


def test_pending_handshake_does_not_hold_up_the_end(
    start_issuer: StartIssuer, tmp_path: Path
) -> None:
    running = start_issuer("--tls", "--tls-ca", str(tmp_path / "ca.pem"))
    port = int(running.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as pending:
        pending.sendall(b"\x16\x03\x01")
        running.process.terminate()

        with suppress(ConnectionResetError):
            assert pending.recv(1) == b""
        assert running.process.wait(60) == 0


def write_credential(folder: Path, *names: str) -> tuple[str, str]:
    authority = Authority.create(names, datetime.now(UTC))
    credential = authority.issue(names)
    pem = credential.chain[0].public_bytes(Encoding.PEM)
    key = credential.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for name, data in (("cert.pem", pem), ("key.pem", key)):
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o600)
    return str(folder / "cert.pem"), str(folder / "key.pem")


def test_serve_uses_the_certificate_of_the_files(
    start_issuer: StartIssuer, call_command: RunCommand, tmp_path: Path
) -> None:
    """Check that the health check works even if the certificate has none of its own names."""
    certificate, key = write_credential(tmp_path, "dev.example.test")
    environ = {"TOKEN_ISSUER_TLS_CERT": certificate, "TOKEN_ISSUER_TLS_KEY": key}
    running = start_issuer(**environ)
    port = running.url.rpartition(":")[2]

    healthy = call_command("health", TOKEN_ISSUER_PORT=port, **environ)

    assert healthy.returncode == 0, healthy.stderr
    assert healthy.stdout.startswith(f"ok: https://127.0.0.1:{port} ")


def test_contradictions_name_the_variables(call_command: RunCommand, tmp_path: Path) -> None:
    certificate, key = write_credential(tmp_path, "localhost")

    alone = call_command("serve", "--tls-cert", certificate)
    alone_too = call_command("serve", TOKEN_ISSUER_TLS_KEY=key)
    both = call_command("serve", "--tls", "--tls-cert", certificate, "--tls-key", key)
    swapped = call_command("serve", "--tls-cert", key, "--tls-key", certificate)

    assert {each.returncode for each in (alone, alone_too, both, swapped)} == {2}
    assert (
        "--tls-cert: a certificate and its key belong together; set TOKEN_ISSUER_TLS_KEY too"
        in (alone.stderr)
    )
    assert "TOKEN_ISSUER_TLS_KEY: a certificate and its key belong together" in alone_too.stderr
    assert "--tls: generates a certificate, but --tls-cert names one" in both.stderr
    assert f"{key}: expected certificates in PEM" in swapped.stderr
    assert not [each for each in (alone, alone_too, both, swapped) if "Traceback" in each.stderr]


def test_nothing_of_tls_is_imported_without_it(clean_environ: dict[str, str]) -> None:
    script = (
        "import sys\n"
        "from token_issuer import run_token_issuer\n"
        "from token_issuer.remote_issuer import fetch_json\n"
        "with run_token_issuer() as issuer:\n"
        "    fetch_json(issuer.url + '/health')\n"
        "print([name for name in sys.modules if name.startswith(('OpenSSL', 'token_issuer.tls'))])"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", script],
        env=clean_environ,
        capture_output=True,
        text=True,
        check=True,
    )

    assert loaded.stdout == "[]\n"
