# DEV-ONLY: never ship to production.
"""The Python examples of the pages run as they are written."""

import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from tests import relying_party
from tests.docs.pages import Block, Page, find_blocks
from token_issuer.faults.kinds import FaultKind
from token_issuer.google_hosts import HTTP_NAMES, HTTPS_NAMES

pytestmark = pytest.mark.requirement("TI-7", "OPS-6")

PROXY: Final = """
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
from jwt_core import JwtError, VerificationPolicy
from jwt_core.remote import RemoteKeySet
from relying_party import run_relying_party

@dataclass
class Response:
    status_code: int

class Proxy:
    def __init__(self, jwks_uri, audience):
        short = timedelta(microseconds=1)
        self.keys = RemoteKeySet(jwks_uri, cooldown=short, failure_cooldown=short)
        self.policy = VerificationPolicy(issuer="https://issuer.local", audience=audience)

    def get(self, path, token):
        try:
            self.keys.verify(token, self.policy)
        except JwtError:
            return Response(401)
        return Response(200)

@pytest.fixture(scope="session")
def start_proxy():
    return lambda jwks_uri, audience="stream-watcher-docker": Proxy(jwks_uri, audience)

@pytest.fixture
def start_app():
    with ExitStack() as stack:
        yield lambda issuer: stack.enter_context(run_relying_party(issuer)).url
"""
"""What a reader of the page has: fixtures that start a proxy, and an application with a login."""
FILE: Final = re.compile(r"^# (\w+\.py)\n", re.MULTILINE)


def find_issuer_blocks(use: str) -> Iterator[Block]:
    """Yield the Python blocks with this use; other packages run those of their own pages."""
    for block in find_blocks("python", use):
        if block.page.startswith(("docs/", "packages/dev-only/")):
            yield block


def name(blocks: Iterator[Block]) -> list[object]:
    return [pytest.param(block, id=f"{block.page}: {block.text[:40]}") for block in blocks]


def run_python(
    arguments: list[str], folder: Path, environ: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("block", name(find_issuer_blocks("run")))
def test_program_runs(block: Block, tmp_path: Path, untraced_environ: dict[str, str]) -> None:
    result = run_python(["-c", f"{block.text}\nprint(token)"], tmp_path, untraced_environ)

    assert result.stdout.count(".") == 2, result.stderr


@pytest.mark.parametrize("block", name(find_issuer_blocks("pytest")))
def test_tests_pass(block: Block, tmp_path: Path, untraced_environ: dict[str, str]) -> None:
    first, *named = FILE.split(block.text)
    files = {"test_example.py": first, **dict(zip(named[::2], named[1::2], strict=True))}
    plugin = {"proxy_plugin.py": PROXY, "relying_party.py": inspect.getsource(relying_party)}
    for path, text in {**files, **plugin}.items():
        (tmp_path / path).write_text(text)

    options = ["-q", "-W", "error", "--strict-markers", "-p", "no:schemathesis"]
    result = run_python(
        ["-m", "pytest", *options, "-p", "proxy_plugin"], tmp_path, untraced_environ
    )

    assert result.returncode == 0, result.stdout + result.stderr


def test_page_lists_every_kind_of_fault() -> None:
    section = Page("docs/reference/http.md").text.partition("\n## Faults\n")[2]
    kinds = re.findall(r"`([\w-]+)`", "".join(re.findall(r"^\| `.*?\|", section, re.MULTILINE)))

    assert sorted(kinds) == sorted(FaultKind)


def test_page_lists_every_name_of_google() -> None:
    section = Page("docs/guides/google-clients.md").text.partition("\n### Names\n")[2]
    lists = section.partition("No other API")[0].partition("- Without TLS")

    assert re.findall(r"`([\w.-]+)`", lists[0]) == list(HTTPS_NAMES)
    assert sorted(re.findall(r"`([\w.-]+)`", lists[2])) == sorted(HTTP_NAMES)
