"""The command line, called in this process or, for `exec`, run as a real process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest
from proxy_guard import cli
from proxy_guard.environment import ENVIRONMENT_VARIABLES
from proxy_guard.findings import EXPLANATIONS
from proxy_guard.rules import INSPECTED_VARIABLES

from tests.authority import Authority, to_pem
from tests.in_process import call_main

pytestmark = pytest.mark.requirement("PG-4")

DEV: Final = {"JWT_JWKS_URI": "http://user:hunter2@token-issuer:8081/certs?key=hunter2"}
REAL: Final = {"JWT_JWKS_URI": "https://www.googleapis.com/oauth2/v3/certs"}
QA: Final = {"APP_ENV": "qa"}
COMMAND: Final = Path(sys.executable).with_name("proxy-guard")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def inherited() -> dict[str, str]:
    """Return the environment without the variables that the guard reads."""
    ignored = {*ENVIRONMENT_VARIABLES, *INSPECTED_VARIABLES}
    return {name: value for name, value in os.environ.items() if name not in ignored}


@pytest.fixture
def call(tmp_path: Path, inherited: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that calls `proxy-guard` in this process, which it must not replace."""

    def refuse(program: str, *_: object) -> None:
        pytest.fail(f"exec became {program}")

    def call_command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return call_main(cli.main, *arguments, environ=inherited | variables, folder=tmp_path)

    monkeypatch.setattr(os, "execvpe", refuse)
    return call_command


@pytest.fixture
def run(tmp_path: Path, inherited: dict[str, str]) -> Run:
    """Return a function that runs `proxy-guard` as a process with the given variables."""

    def run_command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments],
            env=inherited | variables,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run_command


@pytest.mark.parametrize(
    ("variables", "exit_code", "verdict"),
    [
        (DEV, 1, "REFUSED"),
        (DEV | {"APP_ENV": "production"}, 1, "REFUSED"),
        (DEV | QA, 0, "allowed, but"),
        (REAL, 0, "allowed\n"),
        ({}, 0, "allowed\n"),
    ],
)
def test_check_reports_on_standard_output(
    run: Run, variables: dict[str, str], exit_code: int, verdict: str
) -> None:
    result = run("check", "--no-probe", **variables)

    assert result.returncode == exit_code
    assert result.stdout.startswith(f"proxy-guard: {verdict}")
    assert "  environment: " in result.stdout
    assert "hunter2" not in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize("action", [("check", "--no-probe"), ("exec", "--no-probe", "--")])
def test_process_that_would_trust_the_front_of_the_simulator_is_refused(
    run: Run, tmp_path: Path, action: tuple[str, ...]
) -> None:
    (tmp_path / "ca.pem").write_text(to_pem(Authority().certificate))
    variables = {
        "HTTPS_PROXY": "http://token-issuer-google:3128",
        "SSL_CERT_FILE": "ca.pem",
        "JAVA_TOOL_OPTIONS": '-Djavax.net.ssl.trustStore="ca.pem"',
    }
    command = ("echo", "hunter2") if "--" in action else ()

    refused = run(*action, *command, **variables)
    allowed = run(*action, *command, **variables, **QA)

    assert refused.returncode == 1
    report = refused.stdout + refused.stderr
    assert "[token_issuer_host] HTTPS_PROXY names" in report
    assert "[dev_authority] SSL_CERT_FILE trusts the certificate authority" in report
    assert "[dev_authority] JAVA_TOOL_OPTIONS trusts the certificate authority" in report
    assert "hunter2" not in report
    assert allowed.returncode == 0
    assert ("hunter2" in allowed.stdout) == bool(command)


def test_check_prints_json(call: Run) -> None:
    result = call("check", "--json", **DEV)
    document = json.loads(result.stdout)

    assert result.returncode == 1
    assert document["allowed"] is False
    assert document["environment"]["variable"] is None
    assert [finding["code"] for finding in document["findings"]] == ["token_issuer_host"]
    assert "hunter2" not in result.stdout


def test_check_reads_an_env_file(call: Run, tmp_path: Path) -> None:
    (tmp_path / "dev.env").write_text('JWT_JWKS_URI="http://token-issuer:8081/certs"\n')

    assert call("check", "--env-file", "dev.env").returncode == 1
    assert call("check", "--env-file", "dev.env", **QA).returncode == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "env file proxy.env: cannot be read"),
        ("A=1\nhunter2 2\n", "env file proxy.env, line 2: expected NAME=value"),
        ("APP_ENV=dev", "APP_ENV has one value in the env file and another in the environment"),
    ],
)
@pytest.mark.parametrize("action", [("check",), ("exec",)])
def test_unusable_env_file_is_a_configuration_error(
    call: Run, tmp_path: Path, content: str | None, message: str, action: tuple[str]
) -> None:
    if content is not None:
        (tmp_path / "proxy.env").write_text(content)
    command = ("--", "true") if action == ("exec",) else ()

    result = call(*action, "--env-file", "proxy.env", *command, APP_ENV="production")

    assert result.returncode == 2
    assert result.stderr.startswith(f"proxy-guard: {message}")
    assert result.stderr.count("\n") == 1
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [(), ("check", "extra"), ("check", "--nonsense"), ("exec",), ("exec", "--"), ("nonsense",)],
)
def test_wrong_usage_is_reported(call: Run, arguments: tuple[str, ...]) -> None:
    result = call(*arguments)

    assert result.returncode == 2
    assert result.stderr.startswith("usage: proxy-guard")


def test_version_is_that_of_the_package(run: Run) -> None:
    result = run("--version")

    assert (result.returncode, result.stdout) == (0, f"proxy-guard {version('proxy-guard')}\n")


def test_sources_that_are_not_installed_have_no_version(
    call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [])

    result = call("--version")

    assert result.returncode == 2
    assert "only an installed package or the single file has a version" in result.stderr


@pytest.mark.parametrize("action", ["check", "exec"])
def test_help_names_exit_codes_and_every_variable(call: Run, action: str) -> None:
    result = call(action, "--help")

    assert result.returncode == 0
    assert "exit codes:" in result.stdout
    assert "--env-file FILE" in result.stdout
    for variable in (*ENVIRONMENT_VARIABLES, *INSPECTED_VARIABLES):
        assert variable in result.stdout
    assert ("127" in result.stdout) == (action == "exec")


def test_exec_runs_the_command_with_the_checked_environment(run: Run, tmp_path: Path) -> None:
    (tmp_path / "proxy.env").write_text("GREETING='good day'\n")
    script = "import os, sys; print(os.environ['GREETING'], sys.argv[1:]); sys.exit(7)"

    command = (sys.executable, "-c", script, "--json", "-h")
    result = run("exec", "--no-probe", "--env-file", "proxy.env", "--", *command, **REAL)

    assert result.returncode == 7
    assert result.stdout == "good day ['--json', '-h']\n"
    assert result.stderr == ""


def test_exec_keeps_the_process_id(tmp_path: Path) -> None:
    code = "import os; print(os.getpid())"
    arguments = [str(COMMAND), "exec", "--", sys.executable, "-c", code]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env=QA, cwd=tmp_path) as process:
        output, _ = process.communicate(timeout=60)

    assert int(output) == process.pid


def test_exec_does_not_start_the_command_when_refused(run: Run, tmp_path: Path) -> None:
    result = run("exec", "--", "touch", "started", **DEV)

    assert result.returncode == 1
    assert result.stdout == ""
    assert "REFUSED" in result.stderr
    assert "remedy: " in result.stderr
    assert "hunter2" not in result.stderr
    assert not (tmp_path / "started").exists()


def test_exec_warns_when_production_would_refuse(run: Run) -> None:
    result = run("exec", "--", "echo", "started", **DEV, **QA)

    assert result.returncode == 0
    assert result.stdout == "started\n"
    assert "production would refuse this configuration" in result.stderr


@pytest.mark.parametrize(
    ("command", "exit_code", "message"),
    [
        ("no-such-command", 127, "cannot start 'no-such-command': the command, or"),
        ("./orphan.sh", 127, "cannot start './orphan.sh': the command, or the interpreter"),
        ("", 127, "cannot start '': the command, or"),
        ("./plain.txt", 126, "cannot start './plain.txt': Permission denied"),
    ],
)
def test_exec_reports_why_the_command_cannot_start(
    run: Run, tmp_path: Path, command: str, exit_code: int, message: str
) -> None:
    (tmp_path / "plain.txt").write_text("no program")
    (tmp_path / "orphan.sh").write_text("#!/no/such/interpreter\n")
    (tmp_path / "orphan.sh").chmod(0o755)

    result = run("exec", "--", command)

    assert result.returncode == exit_code
    assert result.stderr.startswith(f"proxy-guard: {message}")
    assert result.stderr.count("\n") == 1


def test_exec_calls_execvpe_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    # A real call replaces the process, and coverage would be lost.
    handed_over: list[object] = []

    def stop(*arguments: object) -> None:
        handed_over.extend(arguments)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "execvpe", stop)
    monkeypatch.setattr(cli, "current_environ", lambda: QA | DEV)

    assert cli.main(["exec", "--", "proxy", "--port", "8080"]) == 126
    assert handed_over == ["proxy", ["proxy", "--port", "8080"], QA | DEV]


def test_explain_prints_meaning_and_remedy(call: Run) -> None:
    for code, explanation in EXPLANATIONS.items():
        result = call("explain", code)

        text = " ".join(result.stdout.split())
        assert result.returncode == 0
        assert text.startswith(f"{code} {explanation.meaning} Remedy: ")
        assert "{" not in text


def test_explain_lists_the_codes(call: Run) -> None:
    result = call("explain")

    assert result.returncode == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == list(EXPLANATIONS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "--jsno"), "unrecognized arguments: --jsno (did you mean --json?)\n"),
        (("exec", "--env-flie=x", "--", "true"), "--env-flie=x (did you mean --env-file?)"),
        (("check", "--nonsense"), "unrecognized arguments: --nonsense\n"),
        (("explain", "dev_kye"), "unknown code 'dev_kye' (did you mean dev_key?); expected one of"),
    ],
)
def test_misspelled_argument_gets_a_suggestion(
    call: Run, arguments: tuple[str, ...], message: str
) -> None:
    result = call(*arguments)

    assert result.returncode == 2
    assert message in result.stderr


def test_explain_lists_the_codes_for_an_unknown_one(call: Run) -> None:
    result = call("explain", "nonsense")

    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("proxy-guard: unknown code 'nonsense'; expected one of ")
    assert all(code in result.stderr for code in EXPLANATIONS)


def test_failed_probe_is_reported_and_refused_with_require_probe(call: Run, run: Run) -> None:
    dead = {"JWT_JWKS_URI": "http://no-such-host.invalid/keys"}

    allowed = call("check", "--json", **dead)
    refused = call("check", "--require-probe", **dead)
    started = run("exec", "--", "echo", "started", **dead)
    stopped = call("exec", "--require-probe", "--", "echo", "started", **dead)

    assert json.loads(allowed.stdout)["probe"] == {
        "status": "failed",
        "detail": "its host name cannot be resolved",
    }
    assert (allowed.returncode, refused.returncode) == (0, 1)
    assert "[probe_failed]" in refused.stdout
    assert started.stdout == "started\n"
    assert "probe: failed" in started.stderr
    assert (stopped.returncode, stopped.stdout) == (1, "")


def test_no_probe_and_require_probe_exclude_each_other(call: Run) -> None:
    result = call("check", "--no-probe", "--require-probe")

    assert result.returncode == 2
    assert "not allowed with argument" in result.stderr
