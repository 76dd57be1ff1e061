# DEV-ONLY: never ship to production.
"""`token-issuer probe` as a command: options, exit codes and reports."""

import importlib
import json
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
from tests.in_process import call_main
from token_issuer.cli.arguments import parse_arguments
from token_issuer.cli.commands.probe import run
from token_issuer.probe.timing import Timing
from token_issuer.testing import RunningIssuer, run_token_issuer

pytestmark = pytest.mark.requirement("BV-3")

SSL: Any = importlib.import_module("ssl")  # mypy would read the image's stand-in of this name
CallCommand = Callable[..., subprocess.CompletedProcess[str]]
StartService = Callable[..., str]
QUICK: Final = ("--only", "signature-empty,alg-none")


@pytest.fixture(scope="module")
def issuer() -> Iterator[RunningIssuer]:
    with run_token_issuer() as running:
        yield running


@pytest.mark.parametrize(
    ("fail_on", "exit_code"), [("low", 1), ("high", 1), ("critical", 1), ("never", 0)]
)
def test_finding_of_the_chosen_severity_is_exit_code_1(
    call_command: CallCommand,
    issuer: RunningIssuer,
    start_weak_verifier: StartService,
    fail_on: str,
    exit_code: int,
) -> None:
    url = start_weak_verifier(issuer.jwks_uri, "--without", "signature")
    arguments = ["--issuer", issuer.url, "--only", "signature-empty", "--fail-on", fail_on]

    result = call_command("probe", url, *arguments)

    assert result.returncode == exit_code
    assert "CRITICAL It accepts " in result.stdout


def test_finding_below_the_chosen_severity_is_exit_code_0(
    call_command: CallCommand, issuer: RunningIssuer, start_weak_verifier: StartService
) -> None:
    url = start_weak_verifier(issuer.jwks_uri, "--behaviour", "looks-at-jku")

    arguments = ["--issuer", issuer.url, "--only", "key"]
    assert call_command("probe", url, *arguments, "--only", "attacker-keys").returncode == 1
    milder = call_command("probe", url, *arguments, "--only", "attacker-keys", "--fail-on", "high")
    assert milder.returncode == 0
    assert "MEDIUM" in milder.stdout


def test_reports_are_written_in_each_form(
    call_command: CallCommand,
    issuer: RunningIssuer,
    start_weak_verifier: StartService,
    tmp_path: Path,
) -> None:
    url = start_weak_verifier(issuer.jwks_uri, "--without", "signature")
    junit, page = tmp_path / "probe.xml", tmp_path / "probe.html"
    files = ["--junit", str(junit), "--html", str(page)]

    result = call_command("probe", url, "--issuer", issuer.url, *QUICK, *files, "--json")

    document = json.loads(result.stdout)
    assert {finding["check"] for finding in document["findings"]} == {"signature-empty"}
    assert (document["target"], document["issuer"]) == (url, issuer.url)
    suites = ET.parse(junit).getroot().iter("testsuite")  # noqa: S314  # our own report
    assert [suite.attrib["failures"] for suite in suites] == ["0", "1"]
    assert page.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: TARGET"),
        (["http://192.0.2.1/"], "TARGET: 192.0.2.1 is not on this machine"),
        (["http://192.0.2.1/", "--allow-host", "192.0.2.2"], "not the allowed host 192.0.2.2"),
        (["localhost:8080"], "TARGET: 'localhost:8080' is not a URL that can be probed"),
        (["http://me:secret@localhost/"], "TARGET: a URL with credentials"),
        (["TARGET", "--only", "alg-nune"], "'alg-nune' (did you mean alg-none"),
        (["TARGET", "--skip", "baseline,tokens,keys"], "no check is left"),
        (["TARGET", "--rate", "0"], "--rate: expected a number from 0.1 to 1000"),
        (["TARGET", "--rate", "1e9"], "--rate: expected a number from 0.1 to 1000"),
        (["TARGET", "--rate", "nan"], "--rate: expected a number from 0.1 to 1000"),
        (["TARGET", "--timeout", "soon"], "--timeout: not a duration"),
        (["TARGET", "--timeout", "0s"], "--timeout: expected 1s to 10m, got '0s'"),
        (["TARGET", "--timeout", "2h"], "--timeout: expected 0s to 10m, got '2h'"),
        (["TARGET", "--wait", "-1s"], "--wait: expected 0s to 10m, got '-1s'"),
        (["TARGET", "--header", "X Y"], "--header: expected a name"),
        (["TARGET", "--header", "Host"], "Host cannot carry a token"),
        (["TARGET", "--cookie", "a=b"], "--cookie: expected a name"),
        (["TARGET", "--header", "X-T", "--cookie", "c"], "not allowed with"),
        (["TARGET", "--cookie", "c", "--no-scheme"], "--no-scheme: a token in a cookie"),
        (["TARGET", "--accept-status", "2xx"], "expected statuses such as"),
        (
            ["TARGET", "--accept-status", "200", "--refuse-status", "200"],
            "200 cannot be in both lists",
        ),
        (["TARGET", "--ca-file", "ca.pem"], "--ca-file: TARGET is an http URL"),
        (["https://localhost/", "--ca-file", "missing.pem"], "--ca-file missing.pem: No such"),
        (["https://localhost/", "--client-cert", "missing.pem"], "--client-cert missing.pem: No"),
        (["https://localhost/", "--ca-file", "/dev/zero"], "--ca-file /dev/zero: a device, not"),
        (["https://localhost/", "--ca-file", "/dev/null"], "--ca-file /dev/null: empty; expected"),
        (["https://localhost/", "--client-cert", "/dev/null"], "/dev/null: a device, not a file;"),
        (["TARGET", "--junit", "missing/x.xml"], "--junit "),
        (["TARGET", "--html", "."], "it is a directory"),
        (
            ["TARGET", "--fail-on", "worst"],
            "--fail-on: expected low, medium, high, critical or never",
        ),
        (["TARGET", "--claim", "x"], "--claim: expected NAME=TEXT"),
        (["TARGET", "--issuer", "ftp://localhost"], "--issuer: expected a URL such as"),
        (["TARGET", "--issuer", "http://127.0.0.1:9"], "Connection refused"),
        (["TARGET", "--issuer", "TARGET"], "is not a token issuer"),
        (["TARGET", "--port", "99999"], "--port: '99999' is wrong"),
    ],
)
def test_wrong_usage_is_one_clear_line_and_exit_code_2(
    call_command: CallCommand, page_url: str, arguments: list[str], message: str
) -> None:
    given = [page_url if argument == "TARGET" else argument for argument in arguments]

    result = call_command("probe", *given)

    assert (result.returncode, result.stdout) == (2, "")
    line = result.stderr.splitlines()[-1]
    assert message in line
    assert "Traceback" not in result.stderr
    assert "secret" not in result.stderr


class Page(BaseHTTPRequestHandler):
    """Web page that requires no token and responds with JSON, like an issuer."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Do not log."""


@contextmanager
def serve_pages(context: Any = None) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def page_url() -> Iterator[str]:
    with serve_pages() as port:
        yield f"http://127.0.0.1:{port}/"


def test_page_that_requires_no_token_is_not_probed(
    call_command: CallCommand, issuer: RunningIssuer, page_url: str
) -> None:
    result = call_command("probe", page_url, "--issuer", issuer.url)

    assert result.returncode == 2
    words = " ".join(result.stdout.split())
    assert "without a token is rejected; observed: accepted with 200" in words
    assert "choose a URL of the target that requires one" in words


def test_missing_or_wrong_admin_secret_is_explained(
    call_command: CallCommand, start_weak_verifier: StartService
) -> None:
    with run_token_issuer(admin_token="open-sesame") as closed:
        url = start_weak_verifier(closed.jwks_uri)
        arguments = ["probe", url, "--issuer", closed.url, *QUICK]

        refused = call_command(*arguments)
        wrong = call_command(*arguments, TOKEN_ISSUER_ADMIN_TOKEN="close-sesame")
        right = call_command(*arguments, TOKEN_ISSUER_ADMIN_TOKEN="open-sesame")

    for result in (refused, wrong):
        assert result.returncode == 2
        assert "the probe needs the admin surface of the issuer" in result.stderr
        assert "sesame" not in result.stderr
    assert right.returncode == 0, right.stderr


def test_probe_does_not_run_in_production(call_command: CallCommand, page_url: str) -> None:
    result = call_command("probe", page_url, NODE_ENV="production")

    assert result.returncode == 2
    assert "refusing to run in production" in result.stderr


def test_allowed_host_is_probed(
    call_command: CallCommand, issuer: RunningIssuer, start_weak_verifier: StartService
) -> None:
    url = start_weak_verifier(issuer.jwks_uri).replace("127.0.0.1", "0.0.0.0")  # noqa: S104  # not loopback, and reachable

    refused = call_command("probe", url, "--issuer", issuer.url, *QUICK)
    allowed = call_command("probe", url, "--issuer", issuer.url, *QUICK, "--allow-host", "0.0.0.0")  # noqa: S104

    assert (refused.returncode, allowed.returncode) == (2, 0)


def test_wait_for_a_missing_target_is_limited(
    clean_environ: dict[str, str], timing: Timing
) -> None:
    timer = timing.start_timer()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        result = call_main(
            lambda argv: run(parse_arguments(argv), timing),
            *("probe", f"http://127.0.0.1:{silent.getsockname()[1]}/", "--port", "0"),
            *("--wait", "20s"),
            environ=clean_environ,
        )

    assert result.returncode == 2
    assert 20 <= timer.seconds < 21
    assert "check that it is running and that the URL is right" in " ".join(result.stdout.split())


def test_faults_are_reset_at_the_start(
    call_command: CallCommand, issuer: RunningIssuer, start_weak_verifier: StartService
) -> None:
    url = start_weak_verifier(issuer.jwks_uri)
    issuer.faults.set({"kind": "malformed"})

    result = call_command("probe", url, "--issuer", issuer.url, *QUICK)

    assert result.returncode == 0, result.stdout
    assert not issuer.faults.list()


@pytest.mark.parametrize(
    ("options", "exit_code"),
    [(["--header", "Authorization"], 0), (["--header", "X-Api-Token"], 2), (["--cookie", "t"], 2)],
)
def test_token_is_sent_in_the_chosen_header_or_cookie(
    call_command: CallCommand,
    issuer: RunningIssuer,
    start_weak_verifier: StartService,
    options: list[str],
    exit_code: int,
) -> None:
    url = start_weak_verifier(issuer.jwks_uri)

    result = call_command("probe", url, "--issuer", issuer.url, *QUICK, *options)

    assert result.returncode == exit_code


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a self-signed certificate for 127.0.0.1 and its key, in one file."""
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *subject,
            *("-keyout", str(path), "-out", str(path.with_suffix(".crt"))),
        ],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.mark.parametrize("option", ["--ca-file", "--client-cert"])
def test_certificates_are_not_waited_for(
    call_command: CallCommand, tmp_path: Path, option: str
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    result = call_command("probe", "https://localhost/", option, str(pipe))

    assert result.returncode == 2
    assert f"{option} {pipe}: a FIFO (named pipe), not a file; expected" in result.stderr


def test_passphrase_of_the_client_certificate_is_not_asked_for(
    call_command: CallCommand, certificate: Path, tmp_path: Path
) -> None:
    locked = tmp_path / "locked.pem"
    subprocess.run(
        [
            *("openssl", "rsa", "-aes256", "-passout", "pass:secret"),
            *("-in", str(certificate), "-out", str(locked)),
        ],
        check=True,
        capture_output=True,
    )
    locked.write_text(locked.read_text() + certificate.with_suffix(".crt").read_text())

    result = call_command("probe", "https://localhost/", "--client-cert", str(locked))

    assert result.returncode == 2
    assert f"{locked}: its key has a passphrase; expected" in result.stderr


def test_certificate_is_checked_by_default(
    call_command: CallCommand, issuer: RunningIssuer, certificate: Path
) -> None:
    context = SSL.SSLContext(SSL.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serve_pages(context) as port:
        arguments = ["probe", f"https://127.0.0.1:{port}/", "--issuer", issuer.url, "--json"]
        observed: list[Any] = [
            json.loads(call_command(*arguments, *options).stdout)["checks"][0]["observed"]
            for options in ([], ["--ca-file", str(certificate.with_suffix(".crt"))], ["--insecure"])
        ]

    assert "certificate verify failed" in observed[0]
    assert observed[1:] == ["accepted with 200", "accepted with 200"]
