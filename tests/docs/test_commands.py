"""What the pages show is what happens: commands are run, and their output is compared."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.docs.pages import ROOT, Block, Page, find_blocks, list_pages
from tests.services import Start, find_free_port

pytestmark = pytest.mark.requirement("OPS-6")

START: Final = "docs/start.md"
TOURS: Final = sorted({block.page for block in find_blocks("sh", "tour")} - {START})
BINARIES: Final = [ROOT / ".venv/bin", ROOT / "packages/dev-only/token-issuer/.venv/bin"]
PATH: Final = os.pathsep.join([*map(str, BINARIES), os.environ.get("PATH", os.defpath)])
HELP: Final = re.compile(r"\$ (?P<command>[^\n]+ --help)\n(?P<text>.*)", re.DOTALL)
FAILING_CURL: Final = 'curl() { command curl --fail-with-body "$@"; }\n'


def name(blocks: Iterable[Block]) -> list[object]:
    return [pytest.param(block, id=f"{block.page}: {block.text[:40]}") for block in blocks]


SHOWN_HELP: Final = name(
    block
    for page in list_pages()
    for block in page.blocks
    if block.language == "console" and HELP.fullmatch(block.text)
)


def run_shell(
    script: str, environ: Mapping[str, str], folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"set -eu\n{script}"],
        cwd=folder,
        env={**environ, "PATH": PATH, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def read_tour(page: str) -> str:
    blocks = Page(page).blocks
    return "".join(block.text for block in blocks if (block.language, block.use) == ("sh", "tour"))


def test_tour_of_the_first_page_runs_as_shown(
    start_issuer: Start, base_environ: dict[str, str]
) -> None:
    issuer = start_issuer()
    proxy_port = str(find_free_port())
    script = read_tour(START).replace("8081", issuer.url.rpartition(":")[2])
    script = script.replace("8080", proxy_port)

    # The proxy runs in the background of the tour; the shell ends it when it leaves.
    outcome = run_shell(
        f"trap 'kill %1' EXIT\n{script}", {**base_environ, "PROXY_PORT": proxy_port}
    )

    assert outcome.returncode == 0, outcome.stderr
    assert '"token_type":"Bearer"' in outcome.stdout
    assert '"n":"zDEVzONLYzTOKENzISSUERzNOTzPRODz' in outcome.stdout
    assert re.search(r"^200\n401\n401\n", outcome.stdout, re.MULTILINE)
    assert "exit status 1" in outcome.stdout
    assert "REFUSED" in outcome.stderr
    assert re.search(r"^Nothing found", outcome.stdout, re.MULTILINE)
    # The clock is right again, so the reader's next token is accepted.
    assert outcome.stdout.endswith('"offset_s":0.0,"frozen":false}')


def test_refusal_on_the_first_page_is_the_real_one(base_environ: dict[str, str]) -> None:
    refusal = next(block.text for block in Page(START).blocks if block.language == "text")
    lines = read_tour(START).splitlines()
    settings = [line for line in lines if line.startswith("export ")]
    command = next(line for line in lines if line.startswith("NODE_ENV=production "))

    outcome = run_shell("\n".join(["exec 2>&1", *settings, command]), base_environ)

    assert outcome.stdout == refusal


@pytest.mark.parametrize("page", TOURS)
def test_tour_runs(page: str, start_issuer: Start, base_environ: dict[str, str]) -> None:
    port = start_issuer().url.rpartition(":")[2]
    script = read_tour(page).replace("8081", port)

    outcome = run_shell(FAILING_CURL + script, {**base_environ, "TOKEN_ISSUER_PORT": port})

    assert outcome.returncode == 0, outcome.stderr + outcome.stdout


@pytest.mark.parametrize("block", name(find_blocks("sh", "run")))
def test_command_starts(block: Block, base_environ: dict[str, str]) -> None:
    for command in block.text.splitlines():
        helped = run_shell(f"{command} --help", base_environ)

        assert helped.returncode == 0, helped.stderr
        assert helped.stdout


@pytest.mark.parametrize("block", name(find_blocks("sh", "session")))
def test_session_runs(block: Block, base_environ: dict[str, str], tmp_path: Path) -> None:
    outcome = run_shell(block.text, base_environ, tmp_path)

    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize("block", name(find_blocks("console", "session")))
def test_console_session_prints_what_the_page_shows(
    block: Block, base_environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "ci").symlink_to(ROOT / "ci")
    commands = [line[2:] for line in block.text.splitlines() if line.startswith("$ ")]
    script = "\n".join(f"echo {shlex.quote(f'$ {command}')}\n{command}" for command in commands)

    outcome = run_shell(f"set +e\nexec 2>&1\n{script}", base_environ, tmp_path)

    assert outcome.stdout == block.text


@pytest.mark.requirement("TI-7", "PG-4")
@pytest.mark.parametrize("block", SHOWN_HELP)
def test_help_in_the_pages_is_the_real_one(block: Block, base_environ: dict[str, str]) -> None:
    match = HELP.fullmatch(block.text)
    assert match
    program = match["command"].partition(" ")[0]
    assert shutil.which(program, path=PATH) or (ROOT / program).exists(), f"install {program}"

    helped = run_shell(match["command"], base_environ)

    # Where lines break differs between versions of argparse.
    assert match["text"].split() == helped.stdout.split()
