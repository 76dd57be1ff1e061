"""The reports of the probe on the pages have the shape of the real ones."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import pytest

from tests.conftest import ISSUER_COMMAND
from tests.docs.pages import ROOT, Block, find_blocks
from tests.services import Start, run_service
from tests.weak_relying_party.party import run_weak_relying_party

OMITTED_CHECKS: Final[Mapping[str, str]] = {
    "README.md": "embedded-keys",
    "docs/guides/break-a-verifier.md": "typ",
}
"""The check that the verifier omits, by page."""
LOGIN_PAGE: Final = "docs/guides/break-a-login.md"
OMITTED_LOGIN_CHECK: Final = "nonce"
SHAPE: Final = re.compile(
    r"(\d+ findings?.*|\d+ checks: .*"  # the verdict
    r"|(?:target|issuer|took|CRITICAL|HIGH|MEDIUM|LOW|open|skipped)(?= )"
    r"| {9}(?:change|seen|why|source|-)(?= )"
    r"| +passed .*|(?:baseline|request|logins|tokens|keys) +\d.*)"  # the table
)


def find_shape(report: str) -> list[str]:
    """Return the verdict, the labels and the table; texts may break their lines elsewhere."""
    return [match[1] for match in map(SHAPE.match, report.splitlines()) if match]


@contextmanager
def run_target(page: str, issuer_url: str, environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run what the report of *page* is about, and yield its URL by that on the page."""
    if page == LOGIN_PAGE:
        with run_weak_relying_party(issuer_url, without=[OMITTED_LOGIN_CHECK]) as party:
            yield {"http://localhost:3000": party.url}
        return
    verifier = [sys.executable, "-m", "tests.weak_verifier.service"]
    verifier += ["--jwks-uri", f"{issuer_url}/.well-known/jwks.json"]
    verifier += ["--without", OMITTED_CHECKS[page]]
    with run_service(verifier, {**environ, "PYTHONPATH": str(ROOT)}) as target:
        yield {"http://localhost:8080": target.url}


@pytest.mark.requirement("OPS-6", "BV-3")
@pytest.mark.parametrize(
    "block", [pytest.param(block, id=block.page) for block in find_blocks("console", "report")]
)
def test_report_has_the_shape_of_the_real_one(
    block: Block, start_issuer: Start, base_environ: dict[str, str]
) -> None:
    settings = {"TOKEN_ISSUER_ISSUER": "self"} if block.page == LOGIN_PAGE else {}
    issuer = start_issuer(**settings)
    command, _, shown = block.text.partition("\n")

    with run_target(block.page, issuer.url, base_environ) as urls:
        for named, real in {**urls, "http://localhost:8081": issuer.url}.items():
            command = command.replace(named, real)
        result = subprocess.run(
            [ISSUER_COMMAND, *shlex.split(command.removeprefix("$ token-issuer "))],
            env=base_environ,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    assert result.returncode == 1, result.stderr
    assert find_shape(shown) == find_shape(result.stdout)
