# DEV-ONLY: never ship to production.
"""The command lines by which a report says how to reproduce its findings, run in a shell."""

import json
import re
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest
from tests.in_process import call_main
from token_issuer.cli.arguments import parse_arguments
from token_issuer.cli.commands.probe import run
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.key_endpoint.key_checks import KEY_CHECKS
from token_issuer.probe.reproduction import Reproduction
from token_issuer.probe.target.client import Target
from token_issuer.probe.target.presentation import Presentation
from token_issuer.probe.tokens.attacker_fetches import ATTACKER_KEYS
from token_issuer.testing import RunningIssuer, run_token_issuer
from token_issuer.tokens.defects.catalogue import TOKEN_DEFECTS

pytestmark = pytest.mark.requirement("BV-3")

HUGE: Final = "sub-huge"  # no command line can hold its token
SECRET: Final = "correct-horse"
needs_curl: Final = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")

StartVerifier = Callable[..., str]


@pytest.fixture(scope="module")
def issuer() -> Iterator[RunningIssuer]:
    with run_token_issuer(admin_token=SECRET) as running:
        yield running


def find_commands(
    issuer: RunningIssuer, environ: Mapping[str, str], url: str, *arguments: str
) -> dict[str, str]:
    """Probe, and return the command line of each finding by the id of its check."""
    result = call_main(
        lambda argv: run(parse_arguments(argv)),
        *("probe", url, "--issuer", issuer.url, "--json", *arguments),
        environ={**environ, "TOKEN_ISSUER_ADMIN_TOKEN": SECRET},
    )
    findings = json.loads(result.stdout)["findings"]
    return {finding["check"]: finding["reproduction"] for finding in findings}


def run_in_shell(command: str, environ: Mapping[str, str]) -> str:
    result = subprocess.run(
        ["sh", "-c", command],
        env={**environ, "TOKEN_ISSUER_ADMIN_TOKEN": SECRET, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@needs_curl
@pytest.mark.parametrize(
    ("service", "arguments"),
    [
        ((), ()),
        (("--header", "X-Api-Token"), ("--header", "X-Api-Token", "--no-scheme")),
        (("--cookie", "session"), ("--cookie", "session")),
    ],
)
def test_commands_repeat_the_requests_of_findings(
    issuer: RunningIssuer,
    start_weak_verifier: StartVerifier,
    clean_environ: dict[str, str],
    service: tuple[str, ...],
    arguments: tuple[str, ...],
) -> None:
    url = start_weak_verifier(issuer.jwks_uri, "--without", "signature", *service)
    only = (
        "--only",
        "signature-empty,signature-bit-flipped,signature-wrong-key",
        "--claim",
        'a=it\'s "$x"',
    )
    commands = find_commands(issuer, clean_environ, url, *only, *arguments)

    assert "signature-empty" in commands
    for command in commands.values():
        assert "HTTP/1.1 200" in run_in_shell(command, clean_environ), command
        assert SECRET not in command


@needs_curl
def test_commands_repeat_requests_without_a_token(
    issuer: RunningIssuer, start_weak_verifier: StartVerifier, clean_environ: dict[str, str]
) -> None:
    url = start_weak_verifier(issuer.jwks_uri, "--behaviour", "answers-500-to-malformed")
    commands = find_commands(issuer, clean_environ, url, "--only", "signature-empty")

    assert commands.keys() == {"baseline-none", "baseline-garbage"}
    for command in commands.values():
        assert "HTTP/1.1 500" in run_in_shell(command, clean_environ)


@needs_curl
@pytest.mark.parametrize(
    "check", [id_ for id_, each in TOKEN_DEFECTS.items() if not each.alg and id_ != HUGE]
)
def test_command_sends_the_same_header_fields_as_the_probe(
    issuer: RunningIssuer, clean_environ: dict[str, str], check: str
) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), EchoHandler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            target = Target(f"http://127.0.0.1:{server.server_address[1]}/")
            client = IssuerClient(issuer.url, secret=SECRET)
            command = Reproduction(target, client).describe(check).replace("sleep 12", "true")
            received = run_in_shell(command, clean_environ)
        finally:
            server.shutdown()
            thread.join()
    credentials = client.mint(defect=check).authorization
    found = re.findall(r"^Authorization:(.*)$", received, re.MULTILINE)

    assert [shape(value) for value in found] == [shape(value) for value in credentials]


def shape(credentials: str) -> str:
    """Return credentials without the parts of a token that differ in each token."""
    return re.sub(r"[A-Za-z0-9_+/=~-]{9,}", "…", credentials.strip(" "))


class EchoHandler(socketserver.StreamRequestHandler):
    """Responds with the header of the request."""

    def handle(self) -> None:
        lines = b"".join(iter(self.rfile.readline, b"\r\n")).replace(b"\r\n", b"\n")
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + lines)


@pytest.mark.parametrize("check", [*TOKEN_DEFECTS, *KEY_CHECKS, ATTACKER_KEYS])
def test_each_check_has_a_command_without_a_secret(issuer: RunningIssuer, check: str) -> None:
    target = Target("http://localhost:8080/a b'$(id)", presentation=Presentation())
    client = IssuerClient(issuer.url, secret=SECRET, fields={"claims": {"a": "'; id; '"}})
    command = Reproduction(target, client).describe(check)

    assert ("token-issuer probe " if check == HUGE else "curl -i ") in command
    assert SECRET not in command
    assert "\n" not in command
    assert "'http://localhost:8080/a b'\"'\"'$(id)'" in command
    checked = subprocess.run(["sh", "-n", "-c", command], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
