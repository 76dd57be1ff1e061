"""What the documents show is what happens: the tour is run, each `--help` is compared."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.services import Start, find_free_port

ROOT: Final = Path(__file__).resolve().parents[2]
LISTED: Final = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
DOCUMENTS: Final = sorted(
    ROOT / name
    for name in subprocess.check_output(LISTED, cwd=ROOT, text=True).splitlines()
    if (ROOT / name).exists()
)
HELP: Final = re.compile(
    r"^```console(?: run)?\n\$ (?P<command>[^\n]+ --help)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SHOWN_HELP: Final = [
    pytest.param(match["command"], match["text"], id=f"{path.parent.name}: {match['command']}")
    for path in DOCUMENTS
    for match in HELP.finditer(path.read_text(encoding="utf-8"))
]
BINARIES: Final = [ROOT / ".venv/bin", ROOT / "packages/dev-only/token-issuer/.venv/bin"]


@pytest.mark.requirement("OPS-6")
def test_tour_of_the_readme_runs_as_shown(
    start_issuer: Start, base_environ: dict[str, str]
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tour = "\n".join(re.findall(r"^```sh tour\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL))
    issuer = start_issuer()
    proxy_port = str(find_free_port())
    script = tour.replace("8081", issuer.url.rpartition(":")[2]).replace("8080", proxy_port)

    # The proxy runs in the background of the tour; the shell ends it when it leaves.
    outcome = subprocess.run(
        ["bash", "-c", f"set -eu\ntrap 'kill %1' EXIT\n{script}"],
        cwd=ROOT,
        env={**base_environ, "PROXY_PORT": proxy_port},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert outcome.returncode == 0, outcome.stderr
    assert '"token_type":"Bearer"' in outcome.stdout
    assert '"n":"zDEVzONLYzTOKENzISSUERzNOTzPRODz' in outcome.stdout
    assert re.search(r"^200\n401\n401\n", outcome.stdout, re.MULTILINE)
    assert "exit status 1" in outcome.stdout
    assert "REFUSED" in outcome.stderr
    assert re.search(r"^Nothing found", outcome.stdout, re.MULTILINE)


@pytest.mark.requirement("OPS-6")
def test_commands_at_the_top_of_the_readme_name_real_parts() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first, second = re.findall(r"^```sh\n(.*?)\n```$", readme, re.MULTILINE | re.DOTALL)[:2]

    helped = subprocess.run(
        [*shlex.split(first), "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert helped.stdout.startswith("usage: token-issuer")
    assert os.access(ROOT / second, os.X_OK)


@pytest.mark.requirement("OPS-6", "TI-7", "PG-4")
@pytest.mark.parametrize(("command", "shown"), SHOWN_HELP)
def test_help_in_the_documents_is_the_real_one(command: str, shown: str) -> None:
    path = os.pathsep.join(map(str, BINARIES))
    program, *arguments = shlex.split(command)
    executable = shutil.which(program, path=path)
    assert executable, f"{program} is not installed"

    helped = subprocess.run(
        [executable, *arguments],
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )

    # Where lines break differs between versions of argparse.
    assert shown.split() == helped.stdout.split()
