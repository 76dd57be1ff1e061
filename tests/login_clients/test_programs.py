"""Tests in JavaScript and Java that log in to an application, as the guide shows them."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.chromium import find_chromium
from tests.login_clients.application import HERE, Application
from tests.login_clients.scripts import APPLICATIONS, NODE
from tests.login_clients.stack import Stack, run_stack
from tests.machine import INSTALL_TIMEOUT_S
from tests.services import Start, read_clean_environ

pytestmark = [pytest.mark.requirement("LG-1"), pytest.mark.timeout(2 * INSTALL_TIMEOUT_S)]

COMMANDS: Final[Mapping[str, tuple[str | Path, ...]]] = {
    "playwright": ("node", "--test", NODE / "login.test.mjs"),
    "java": ("java", HERE / "java/LoginTest.java"),
}


@pytest.fixture(scope="module")
def stack(
    installed: Callable[[Application], object], start_shared_issuer: Start, upstream_url: str
) -> Iterator[Stack]:
    application = APPLICATIONS["openid-client"]
    installed(application)
    with run_stack(application, start_shared_issuer, upstream_url) as stack:
        yield stack


@pytest.mark.parametrize("name", COMMANDS)
def test_program_logs_in(stack: Stack, name: str) -> None:
    chromium = find_chromium()
    environ = {
        **read_clean_environ(),
        **chromium.environ,
        "CHROMIUM": str(chromium.path),
        "APP_URL": stack.url,
        "ISSUER_URL": stack.issuer_url,
    }

    outcome = subprocess.run(
        COMMANDS[name], env=environ, capture_output=True, text=True, timeout=300, check=False
    )

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
