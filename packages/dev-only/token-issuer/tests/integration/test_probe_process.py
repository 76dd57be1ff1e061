# DEV-ONLY: never ship to production.
"""`token-issuer probe` as a process, in real time: whole probes, signals and exit codes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from token_issuer.probe.key_endpoint.key_checks import KEY_CHECKS
from token_issuer.testing import RunningIssuer, run_token_issuer
from token_issuer.tokens.defects.catalogue import TOKEN_DEFECTS

pytestmark = pytest.mark.requirement("BV-3")

StartService = Callable[..., str]


@pytest.fixture
def issuer() -> Iterator[RunningIssuer]:
    with run_token_issuer() as running:
        yield running


@pytest.fixture
def start_service(
    issuer: RunningIssuer, clean_environ: dict[str, str], pytestconfig: pytest.Config
) -> Iterator[StartService]:
    """Return a function that starts the weak verifier as a process, and returns its URL."""
    with ExitStack() as stack:

        def start(*arguments: str) -> str:
            command = [sys.executable, "-m", "tests.weak_verifier.service"]
            process = stack.enter_context(
                subprocess.Popen(
                    [*command, "--jwks-uri", issuer.jwks_uri, *arguments],
                    env=clean_environ,
                    cwd=pytestconfig.rootpath,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            assert process.stdout
            return process.stdout.readline().removeprefix("listening on ").strip()

        yield start


@contextmanager
def reserve_port() -> Iterator[int]:
    """Reserve a port on which nothing listens; servers with SO_REUSEADDR can bind it."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@contextmanager
def start_probe(environ: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start `token-issuer probe` as a process."""
    with subprocess.Popen(
        [sys.executable, "-m", "token_issuer", "probe", *arguments],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def test_target_without_findings_is_exit_code_0(
    clean_environ: dict[str, str], issuer: RunningIssuer, start_service: StartService
) -> None:
    options = ["--issuer", issuer.url, "--only", "signature-empty,alg-none"]
    with start_probe(clean_environ, start_service(), *options) as process:
        output, errors = process.communicate(timeout=60)

    assert process.returncode == 0, errors
    assert output.startswith("Nothing found\n")
    lines = errors.splitlines()
    assert [line.split()[:2] for line in lines] == [[f"{n}/5", "passed"] for n in range(1, 6)]


@pytest.mark.slow  # the probe waits for the caches and cooldowns of the verifier
def test_whole_probe_of_a_strict_verifier_finds_nothing(
    clean_environ: dict[str, str], issuer: RunningIssuer, start_service: StartService
) -> None:
    url = start_service("--cooldown", "3")
    with start_probe(clean_environ, url, "--issuer", issuer.url, "--json") as process:
        output, errors = process.communicate(timeout=100)

    assert process.returncode == 0, errors
    report = json.loads(output)
    assert report["findings"] == []
    assert {check["id"] for check in report["checks"]} >= {*TOKEN_DEFECTS, *KEY_CHECKS}


def test_weakness_of_the_key_part_is_exit_code_1(
    clean_environ: dict[str, str], issuer: RunningIssuer, start_service: StartService
) -> None:
    url = start_service("--fetching", "knows-one-key", "--cooldown", "0.5")
    options = ["--issuer", issuer.url, "--only", "keys-rotation,keys-overlap", "--json"]
    with start_probe(clean_environ, url, *options) as process:
        output, errors = process.communicate(timeout=60)

    assert process.returncode == 1, errors
    assert [finding["check"] for finding in json.loads(output)["findings"]] == ["keys-overlap"]


def test_issuer_is_started_and_the_target_awaited(
    clean_environ: dict[str, str], start_weak_verifier: StartService
) -> None:
    with (
        reserve_port() as port,
        reserve_port() as service_port,
        start_probe(
            clean_environ,
            *(f"http://127.0.0.1:{service_port}/", "--port", str(port)),
            *("--aud", "my-api", "--only", "signature-empty,alg-none", "--json"),
        ) as process,
    ):
        assert process.stderr
        banner = [process.stderr.readline() for _ in range(4)]
        jwks_uri = banner[1].split()[-1]
        # The proxy starts after its operator has read the URL of the keys.
        start_weak_verifier(jwks_uri, "--port", str(service_port), "--audience", "my-api")
        output, errors = process.communicate(timeout=60)

    assert process.returncode == 0, errors
    assert banner[0].startswith(
        f"token-issuer (DEV ONLY, never production) listens on http://127.0.0.1:{port};"
    )
    assert banner[2].split() == ["iss", "https://issuer.local"]
    assert banner[3].split() == ["aud", "my-api"]
    assert json.loads(output)["findings"] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_resets_the_faults_and_leaves_no_file(
    clean_environ: dict[str, str],
    issuer: RunningIssuer,
    start_weak_verifier: StartService,
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    url = start_weak_verifier(issuer.jwks_uri, "--fetching", "never-refetches")
    arguments = ["--issuer", issuer.url, "--only", "key-weak"]
    file = ["--html", str(tmp_path / "probe.html")]
    with start_probe(clean_environ, url, *arguments, *file) as process:
        wait_for_faults(issuer)
        process.send_signal(number)
        output, errors = process.communicate(timeout=60)

    assert process.returncode == 128 + number
    assert not issuer.faults.list()
    assert output == ""
    assert "Traceback" not in errors
    assert not os.listdir(tmp_path)  # noqa: PTH208  # names are all that matters


def wait_for_faults(issuer: RunningIssuer) -> None:
    deadline = time.monotonic() + 60
    while not issuer.faults.list() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert issuer.faults.list()


def test_issuer_that_stops_during_the_probe_is_explained(
    clean_environ: dict[str, str], start_weak_verifier: StartService
) -> None:
    with ExitStack() as issuers:
        leaving = issuers.enter_context(run_token_issuer())
        url = start_weak_verifier(leaving.jwks_uri, "--behaviour", "slow")
        with start_probe(clean_environ, url, "--issuer", leaving.url) as process:
            assert process.stderr
            assert "baseline-good: accepted" in process.stderr.readline()
            issuers.close()
            output, errors = process.communicate(timeout=60)

    assert (process.returncode, output) == (2, "")
    assert errors.splitlines()[-1].startswith(f"token-issuer: no token issuer answers at {url[:7]}")
