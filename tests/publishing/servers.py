"""Servers of other projects as processes on a free port of this machine."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest

START_TIMEOUT_S: Final = 120
POLL_INTERVAL_S: Final = 0.1


@contextmanager
def run_server(
    command: list[str | Path], url: str, log: Path, environ: Mapping[str, str]
) -> Iterator[None]:
    """Run *command* until the block ends; wait until *url* responds.

    Args:
        command: The server.
        url: A URL of the server.
        log: The file for its output.
        environ: Its environment.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=dict(environ), stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not responds(url):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{command[0]} does not respond: {log.read_text(errors='replace')}")
            time.sleep(POLL_INTERVAL_S)
        yield
    finally:
        process.terminate()
        process.wait(timeout=START_TIMEOUT_S)


def responds(url: str) -> bool:
    """Return whether *url* responds with success."""
    try:
        return httpx.get(url, trust_env=False, timeout=START_TIMEOUT_S).is_success
    except httpx.TransportError:
        return False
