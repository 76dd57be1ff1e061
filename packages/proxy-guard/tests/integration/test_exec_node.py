"""A proxy in another language: `proxy-guard exec` with a real Node process."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.requirement("PG-4")

GUARD: Final = str(Path(sys.executable).with_name("proxy-guard"))
PROXY: Final = """
const server = require("node:http").createServer((request, response) => response.end("ok"));
process.on("SIGTERM", () => { console.log("drained"); server.close(() => process.exit(42)); });
server.listen(0, "127.0.0.1", () => console.log(`${process.pid} ${process.env.JWT_ISSUER}`));
"""
REAL: Final = {"NODE_ENV": "production", "JWT_ISSUER": "https://accounts.google.com"}


@pytest.fixture
def node() -> str:
    path = shutil.which("node")
    assert path, "node is missing: run the tests with ci/test.sh, which brings one"
    return path


@contextmanager
def start(command: list[str], environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command,
        env={"PATH": os.environ["PATH"], **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_node_takes_over_process_signals_and_exit_code(node: str) -> None:
    with start([GUARD, "exec", "--", node, "-e", PROXY], REAL) as process:
        assert process.stdout
        assert process.stdout.readline() == f"{process.pid} https://accounts.google.com\n"

        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)

    assert output == "drained\n"
    assert errors == ""
    assert process.returncode == 42


def test_node_receives_its_arguments_and_its_exit_code_is_returned(node: str) -> None:
    script = "console.log(process.argv.slice(1)); throw new Error('boom')"
    with start([GUARD, "exec", "--", node, "-e", script, "--", "--help"], REAL) as process:
        output, errors = process.communicate(timeout=30)

    assert output == "[ '--help' ]\n"
    assert "Error: boom" in errors
    assert process.returncode == 1


@pytest.mark.parametrize(
    "refused",
    [
        {"JWT_JWKS_URI": "http://token-issuer:8081/.well-known/jwks.json"},
        {"JWT_PUBLIC_KEY": '{"kty":"RSA","e":"AQAB","n":"zDEVzONLYzTOKENzISSUERzNOTzPRODzabcd"}'},
    ],
    ids=lambda refused: next(iter(refused)),
)
def test_refused_node_never_starts(node: str, tmp_path: Path, refused: dict[str, str]) -> None:
    script = f"require('node:fs').writeFileSync('{tmp_path}/started', '')"
    with start([GUARD, "exec", "--", node, "-e", script], REAL | refused) as process:
        output, errors = process.communicate(timeout=30)

    assert process.returncode == 1
    assert output == ""
    assert "REFUSED" in errors
    assert not (tmp_path / "started").exists()
