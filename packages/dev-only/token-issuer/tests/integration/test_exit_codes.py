# DEV-ONLY: never ship to production.
"""Exit codes: 2 for wrong usage, 1 for what fails, with a key directory and a running issuer."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from token_issuer.testing import RunningIssuer, run_token_issuer

pytestmark = pytest.mark.requirement("TI-7")

CallCommand = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=["offline", "running issuer"])
def source(request: pytest.FixtureRequest) -> list[str]:
    """Return the options that say where tokens and keys come from."""
    if request.param == "offline":
        return ["--keys-dir", str(request.getfixturevalue("filled_dir"))]
    running: RunningIssuer = request.getfixturevalue("running")
    return ["--url", running.url]


@pytest.fixture(scope="module")
def running() -> Iterator[RunningIssuer]:
    with run_token_issuer() as issuer:
        yield issuer


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["make-token", "--exp", "soon"], 2, "exp: 'soon' is not a duration"),
        (["make-token", "--exp", "999999999d"], 2, "exp: "),
        (["make-token", "--now", "yesterday"], 2, "now: "),
        (["make-token", "--alg", "none"], 2, "--alg: expected RS256, PS256, ES256 or EdDSA"),
        (["make-token", "--kid", "unknown"], 2, "kid: no key is named 'unknown'"),
        (["make-token", "--kid", "dev-key", "--alg", "ES256"], 2, "kid"),
        (["make-token", "--profile", "unknown"], 2, "profile: no profile is named 'unknown'"),
        (["make-token", "--scope", "a  b"], 2, "scope"),
        (["make-token", "--claims", "["], 2, "claims: expected one JSON object"),
        (["make-token", "--claims", "[]"], 2, "claims: expected one JSON object"),
        (["make-token", "--claims", '{"sub":"b"}', "--sub", "a"], 2, "contradict each other"),
        (["make-token", "--claim", "x"], 2, "--claim: expected NAME=TEXT or NAME:=JSON"),
        (["make-token", "--claim", "x=1", "--claim", "x=2"], 2, "'x' is given more than once"),
        (["make-token", "--claim", "x:=NaN"], 2, "JSON"),
        (["make-token", "--sub", b"\xff"], 2, "token-issuer: "),
        (["make-token", "--defect", "alg-nome"], 2, "did you mean"),
        (["make-token", "--count", "2", "--claim", "jti=1"], 2, "--count and claims.jti"),
        (
            ["make-token", "--output", "/dev/null/x"],
            1,
            "--output /dev/null/x: it cannot be written",
        ),
        (["keys", "rotate", "--lead", "-1s"], 2, "lead: '-1s' is out of range"),
        (["keys", "rotate", "--lead", "soon"], 2, "lead: 'soon' is not a duration"),
        (["keys", "rotate", "--retention", "-1s"], 2, "retention: '-1s' is out of range"),
        (["keys", "rotate", "--mode", "fast"], 2, "--mode: expected graceful, emergency or"),
        (["keys", "remove", "unknown"], 2, "kid: no key is named 'unknown'"),
        (["keys", "remove", "dev-key"], 1, "kid: 'dev-key' is the active signing key"),
    ],
)
def test_key_directory_and_running_issuer_have_the_same_exit_code(
    call_command: CallCommand,
    source: list[str],
    arguments: list[str | bytes],
    exit_code: int,
    message: str,
) -> None:
    command = arguments[:2] if arguments[0] == "keys" else arguments[:1]
    result = call_command(*command, *source, *arguments[len(command) :])

    assert (result.returncode, result.stdout) == (exit_code, "")
    assert message in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["serve", "--ttl", "-5m"], 2, "token-issuer: --ttl: '-5m' is wrong"),
        (["serve", "--port", "-1"], 2, "token-issuer: --port: '-1' is wrong"),
        (["serve", "--host", "256.0.0.1"], 1, "cannot listen on 256.0.0.1"),
        (["serve", "--env-file", "missing.env"], 2, "missing.env"),
        (["make-keys", "/dev/null/keys"], 1, "/dev/null/keys"),
        (["make-keys", "~/keys"], 2, "argument DIR: only a shell expands ~: write the whole path"),
        (["make-keys", __file__], 2, "argument DIR: expected a directory, not a file"),
        (["make-token", "--keys-dir", "missing"], 1, "token-issuer make-keys"),
        (["keys", "list", "--keys-dir", "missing"], 1, "token-issuer make-keys"),
        (["make-token", "--url", "http://127.0.0.1:1"], 1, "Connection refused"),
        (["make-token", "--url", "localhost:8081"], 2, "--url: expected a URL such as"),
        (["keys", "list", "--url", "http://127.0.0.1:1"], 1, "Connection refused"),
        (["keys", "list", "--url", "ftp://localhost"], 2, "--url: expected a URL such as"),
        (["health", "--url", "http://127.0.0.1:1"], 1, "Connection refused"),
        (["health", "--url", "http://localhost:x"], 2, "--url: expected a URL such as"),
        (["health", "--url", "http://me:secret@localhost"], 2, "--url: expected a URL without"),
        (["defects", "nope"], 2, "defect: no defect is named 'nope'"),
        (["probe", "localhost"], 2, "TARGET: "),
        (["probe", "http://localhost:1/", "--issuer", "localhost"], 2, "--issuer: expected a URL"),
        (["probe", "http://localhost:1/", "--only", "nope"], 2, "--only: "),
    ],
)
def test_exit_code_tells_wrong_usage_from_failure(
    call_command: CallCommand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    exit_code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call_command(*arguments)

    assert (result.returncode, result.stdout) == (exit_code, "")
    assert message in result.stderr
    assert "secret" not in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("secret", ["", "wrong-secret"])
def test_missing_or_wrong_admin_secret_is_exit_code_1(
    call_command: CallCommand, secret: str
) -> None:
    with run_token_issuer(admin_token="right-secret") as issuer:
        result = call_command("keys", "list", "--url", issuer.url, TOKEN_ISSUER_ADMIN_TOKEN=secret)

    assert result.returncode == 1
    assert "secret of TOKEN_ISSUER_ADMIN_TOKEN" in result.stderr
    assert "wrong-secret" not in result.stderr
