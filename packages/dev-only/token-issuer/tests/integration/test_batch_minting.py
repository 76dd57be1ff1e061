# DEV-ONLY: never ship to production.
"""make-token --count and --output; what it refuses before it starts any process, in this one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import jwt
import pytest
from jwt_core import SigningKey
from token_issuer.keys.storage.key_pair import open_key_directory

RunCommand = Callable[..., subprocess.CompletedProcess[str]]

COMMAND: Final = (sys.executable, "-m", "token_issuer")
# A request may take so long that only a signal can be what ends it.
PATIENT: Final = """
import sys
from token_issuer import remote_issuer
from token_issuer.cli.main import main
remote_issuer._TIMEOUT_S = 100
sys.exit(main())
"""
SEVERAL_BLOCKS: Final = 250  # a block is about 64 KiB, which is about 100 tokens

pytestmark = pytest.mark.requirement("TI-7")


@pytest.fixture(scope="module")
def shared_dir(tmp_path_factory: pytest.TempPathFactory, marked_key: SigningKey) -> Path:
    """Return a key directory for all tests that only read from it."""
    directory = tmp_path_factory.mktemp("shared") / "keys"
    open_key_directory(directory, generate=lambda: marked_key)
    return directory


@pytest.fixture(scope="module")
def shared_url(start_shared_issuer: Callable[..., Any], shared_dir: Path) -> str:
    url: str = start_shared_issuer("--keys-dir", str(shared_dir)).url
    return url


@pytest.fixture(params=["offline", "running issuer"])
def source(request: pytest.FixtureRequest, shared_dir: Path) -> list[str]:
    """Return the options that say where tokens come from; the key is the same."""
    if request.param == "offline":
        return ["--keys-dir", str(shared_dir)]
    return ["--url", request.getfixturevalue("shared_url")]


def decode_all(tokens: Iterable[str], keys_dir: Path) -> list[dict[str, Any]]:
    public_key = (keys_dir / "public.pem").read_text()
    return [
        jwt.decode(token, public_key, algorithms=["RS256"], audience="stream-watcher-docker")
        for token in tokens
    ]


def list_names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_file_holds_as_many_distinct_tokens_as_asked_for(
    run_command: RunCommand, shared_dir: Path, source: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "tokens.txt"
    output.write_text("old")
    options = ["--sub", "alice", "--count", str(SEVERAL_BLOCKS), "--output", str(output)]
    result = run_command("make-token", *source, *options)
    claims = decode_all(output.read_text().splitlines(), shared_dir)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert len({each["jti"] for each in claims}) == len(claims) == SEVERAL_BLOCKS
    assert {each["sub"] for each in claims} == {"alice"}
    assert list_names(tmp_path) == ["tokens.txt"]


def test_answers_are_one_json_object_a_line_on_standard_output(
    run_command: RunCommand, shared_dir: Path, source: list[str]
) -> None:
    result = run_command("make-token", *source, "--json", "--count", "30", "--scope", "read")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    claims = decode_all((answer["access_token"] for answer in answers), shared_dir)

    assert result.returncode == 0
    assert len({each["jti"] for each in claims}) == len(answers) == 30
    assert {(a["token_type"], a["expires_in"], a["scope"]) for a in answers} == {
        ("Bearer", 900, "read")
    }


def test_defective_tokens_come_in_any_number(run_command: RunCommand, source: list[str]) -> None:
    options = ["--defect", "header-double", "--count", "5", "--json"]
    result = run_command("make-token", *source, *options)
    answers = [json.loads(line) for line in result.stdout.splitlines()]

    assert len({answer["access_token"] for answer in answers}) == 5
    assert {len(answer["authorization"]) for answer in answers} == {2}


def test_key_that_is_missing_is_made_once(run_command: RunCommand, filled_dir: Path) -> None:
    options = ["--keys-dir", str(filled_dir), "--alg", "EdDSA", "--count", "20"]
    result = run_command("make-token", *options)
    headers = [jwt.get_unverified_header(token) for token in result.stdout.splitlines()]

    assert [header["kid"] for header in headers] == ["dev-key-2"] * 20


def test_one_token_can_go_into_a_file(
    call_command: RunCommand, shared_dir: Path, tmp_path: Path
) -> None:
    output = tmp_path / "token.txt"
    call_command("make-token", "--keys-dir", str(shared_dir), "--output", str(output))

    assert len(decode_all(output.read_text().splitlines(), shared_dir)) == 1


@pytest.mark.parametrize(
    "count", ["0", "-1", "1.5", "10000001", "many", "", "1_000", "٣", "9" * 5000]
)
def test_bad_count_is_refused(call_command: RunCommand, count: str) -> None:
    result = call_command("make-token", f"--count={count}")

    assert result.returncode == 2
    assert "argument --count: expected a whole number from 1 to 10000000, got " in result.stderr


@pytest.mark.parametrize("claim", ["jti=mine", "jti:=null"])
def test_count_and_one_jti_for_all_are_refused(call_command: RunCommand, claim: str) -> None:
    result = call_command("make-token", "--count", "2", "--claim", claim)

    assert result.returncode == 2
    assert result.stderr == (
        "token-issuer: --count and claims.jti contradict each other: each token gets a "
        "different jti; leave one out\n"
    )


def test_refusal_leaves_the_file_as_it_was(
    call_command: RunCommand, source: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "tokens.txt"
    output.write_text("old")
    options = ["--kid", "nope", "--count", "1000", "--output", str(output)]
    result = call_command("make-token", *source, *options)

    assert result.returncode == 2
    assert "no key is named 'nope'" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert output.read_text() == "old"
    assert list_names(tmp_path) == ["tokens.txt"]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("/dev/full", "No space left on device"),
        ("missing/tokens.txt", "No such file or directory"),
        (".", "it is a directory"),
    ],
)
def test_file_that_cannot_be_written_is_one_line(
    run_command: RunCommand, shared_dir: Path, tmp_path: Path, output: str, reason: str
) -> None:
    options = ["--count", "1000", "--output", str(tmp_path / output)]  # the first one is absolute
    result = run_command("make-token", "--keys-dir", str(shared_dir), *options)

    assert result.returncode == 1
    assert result.stderr.startswith("token-issuer: --output /")
    assert result.stderr.endswith(f": it cannot be written: {reason}\n")


def test_file_in_a_forbidden_directory_is_one_line(
    run_command: RunCommand, shared_dir: Path, tmp_path: Path, unprivileged: tuple[str, ...]
) -> None:
    forbidden = tmp_path / "forbidden"
    forbidden.mkdir(mode=0o000)
    options = ["--keys-dir", str(shared_dir), "--output", str(forbidden / "tokens.txt")]
    result = run_command("make-token", *options, wrapper=unprivileged)

    assert result.returncode == 1
    assert result.stderr.endswith("tokens.txt: it cannot be written: Permission denied\n")


def test_full_file_system_leaves_nothing_behind(
    untraced_environ: dict[str, str], shared_dir: Path, tmp_path: Path
) -> None:
    output = tmp_path / "tokens.txt"
    output.write_text("old")
    limited = ("bash", "-c", 'trap "" XFSZ; ulimit -f 64; exec "$0" "$@"')  # 64 KiB, then EFBIG
    options = ["--keys-dir", str(shared_dir), "--count", "1000", "--output", str(output)]
    result = subprocess.run(
        [*limited, *COMMAND, "make-token", *options],
        env=untraced_environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (result.returncode, result.stderr) == (
        1,
        f"token-issuer: --output {output}: it cannot be written: File too large\n",
    )
    assert output.read_text() == "old"
    assert list_names(tmp_path) == ["tokens.txt"]


def test_reader_that_has_enough_ends_it(shared_dir: Path, clean_environ: dict[str, str]) -> None:
    script = '"$0" "$@" | head -n 1; exit "${PIPESTATUS[0]}"'
    command = [*COMMAND, "make-token", "--keys-dir", str(shared_dir), "--count", "10000000"]
    result = subprocess.run(
        ["bash", "-c", script, *command],
        env=clean_environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (result.returncode, result.stderr) == (1, "token-issuer: standard output: Broken pipe\n")
    assert len(decode_all(result.stdout.splitlines(), shared_dir)) == 1


def wait_for_draft(directory: Path) -> None:
    deadline = time.monotonic() + 20
    while not any(
        path.name.startswith(".") and path.stat().st_size for path in directory.iterdir()
    ):
        assert time.monotonic() < deadline, "no draft in time"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_leaves_nothing_half(
    source: list[str], clean_environ: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    directory = tmp_path / "output"
    directory.mkdir()
    output = directory / "tokens.txt"
    output.write_text("old")
    options = ["--count", "10000000", "--output", str(output)]
    with subprocess.Popen(
        [*COMMAND, "make-token", *source, *options],
        env=clean_environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        wait_for_draft(directory)
        process.send_signal(number)
        printed = process.communicate(timeout=60)

    assert (process.returncode, *printed) == (128 + number, b"", b"")
    assert list_names(directory) == ["tokens.txt"]
    assert output.read_text() == "old"


def test_signal_does_not_wait_for_an_issuer_that_is_silent(
    clean_environ: dict[str, str], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        options = ["--url", url, "--count", "9", "--output", str(tmp_path / "tokens.txt")]
        command = [sys.executable, "-c", PATIENT, "make-token", *options]
        with subprocess.Popen(command, env=clean_environ) as process:
            silent.settimeout(60)
            connection = silent.accept()[0]
            process.terminate()
            exit_code = process.wait(timeout=60)
        connection.close()

    assert exit_code == 128 + signal.SIGTERM
    assert os.listdir(tmp_path) == []  # noqa: PTH208  # names are all that matters
