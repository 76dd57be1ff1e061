# DEV-ONLY: never ship to production.
"""The command as a process: its output, its signals, and what it loads."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

RunCommand = Callable[..., subprocess.CompletedProcess[str]]

COMMAND: Final = (sys.executable, "-m", "token_issuer")

# Sends a signal while the web framework is being imported, which is most of a start, and swallows
# what is raised then, as some extension modules do.
INTERRUPTED_IMPORT: Final = """
import contextlib, os, sys
from token_issuer.cli.main import main

class Interrupter:
    def find_spec(name, *_):
        if name == sys.argv[2]:
            with contextlib.suppress(BaseException):
                os.kill(os.getpid(), int(sys.argv[1]))

sys.meta_path.insert(0, Interrupter)
sys.exit(main(["serve", "--port", "0"]))
"""


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize(
    "arguments",
    [
        ["make-token", "--keys-dir", "KEYS"],
        ["make-token", "--keys-dir", "KEYS", "--count", "200"],
        ["make-keys", "KEYS/new"],
        ["serve", "--port=0"],
        ["--help"],
        ["--version"],
    ],
)
@pytest.mark.parametrize(
    ("sink", "reason"), [("> /dev/full", "No space left on device"), ("| true", "Broken pipe")]
)
def test_output_that_does_not_arrive_is_one_line_and_exit_code_1(
    filled_dir: Path,
    clean_environ: dict[str, str],
    arguments: list[str],
    sink: str,
    reason: str,
) -> None:
    # The sleep lets `true` be gone before anything is written to it.
    script = f'(sleep 0.2; exec "$0" "$@") {sink}; exit "${{PIPESTATUS[0]}}"'
    command = [*COMMAND, *(a.replace("KEYS", str(filled_dir)) for a in arguments)]

    result = subprocess.run(
        ["bash", "-c", script, *command],
        env=clean_environ,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )

    assert (result.returncode, result.stderr) == (1, f"token-issuer: standard output: {reason}\n")


@pytest.mark.requirement("TI-7")
def test_closed_output_is_no_error(run_command: RunCommand, keys_dir: Path) -> None:
    shell = ("bash", "-c", 'exec "$0" "$@" >&-')
    result = run_command("make-keys", str(keys_dir), wrapper=shell)

    assert (result.returncode, result.stderr) == (0, "")
    assert (keys_dir / "public.pem").exists()


@pytest.mark.requirement("TI-8")
def test_issuer_serves_when_its_output_is_closed(
    run_command: RunCommand, clean_environ: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    script = 'exec "$0" "$@" >&-'
    with subprocess.Popen(
        ["bash", "-c", script, *COMMAND, "--port", port],
        env=clean_environ,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None and run_command("health", TOKEN_ISSUER_PORT=port).returncode:
            pass
        process.terminate()
        stderr = process.communicate(timeout=60)[1]

    assert (process.returncode, stderr) == (0, "")


@pytest.mark.requirement("TI-7")
def test_directory_with_a_name_that_is_not_text_is_used(
    run_command: RunCommand, tmp_path: Path
) -> None:
    directory = bytes(tmp_path) + b"/\xff"
    result = subprocess.run(
        [*COMMAND, "make-keys", directory], capture_output=True, timeout=60, check=False
    )

    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(directory + b": kid dev-key")


@pytest.mark.requirement("TI-8")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(("module", "lines"), [("uvicorn", 0), ("litestar", 5)])
def test_signal_during_the_start_of_serve_is_a_clean_end(
    clean_environ: dict[str, str], number: signal.Signals, module: str, lines: int
) -> None:
    result = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IMPORT, str(int(number)), module],
        env=clean_environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("\n") == lines  # litestar is imported after the start lines


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_another_command_as_not_done(
    clean_environ: dict[str, str], number: signal.Signals
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with subprocess.Popen(
            [*COMMAND, "make-token", "--url", url],
            env=clean_environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            silent.settimeout(60)
            connection = silent.accept()[0]
            process.send_signal(number)
            output = process.communicate(timeout=60)
        connection.close()

    assert (process.returncode, *output) == (128 + number, b"", b"")


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (["--help"], {"dotenv", "importlib.metadata", "jwt_core"}),
        (["health", "--url", "URL"], {"dotenv", "importlib.metadata", "jwt_core", "msgspec"}),
        (["make-keys", "KEYS"], {"dotenv", "httpx"}),
        (["make-token", "--url", "URL"], {"dotenv", "httpx"}),
        (["make-token", "--keys-dir", "KEYS"], {"dotenv", "httpx"}),
    ],
)
def test_command_loads_no_heavy_modules(
    issuer_url: str,
    filled_dir: Path,
    untraced_environ: dict[str, str],
    arguments: list[str],
    forbidden: set[str],
) -> None:
    values = {"KEYS": str(filled_dir), "URL": issuer_url}

    python, *command = COMMAND
    result = subprocess.run(
        [python, "-X", "importtime", *command, *(values.get(a, a) for a in arguments)],
        env=untraced_environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    loaded = set(re.findall(r"^import time:.*\| +(\S+)$", result.stderr, re.MULTILINE))
    assert "token_issuer.cli.arguments" in loaded
    assert not {"litestar", "uvicorn", *forbidden} & loaded
