"""The README is correct: its examples run, and its tables are complete."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from proxy_guard import errors
from proxy_guard.findings import EXPLANATIONS

pytestmark = pytest.mark.requirement("PG-4")

README: Final = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
BLOCKS: Final = re.findall(r"^```(.+?)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
SESSIONS: Final = [text for info, text in BLOCKS if info == "console run"]
PROGRAM: Final = "\n".join(text for info, text in BLOCKS if info == "python run")
PATH: Final = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"


def list_column(heading: str, column: int) -> set[str]:
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    return {row[column].strip(" `") for row in rows}


@pytest.mark.parametrize("session", SESSIONS, ids=range(len(SESSIONS)))
def test_console_session_prints_what_the_readme_shows(session: str, tmp_path: Path) -> None:
    commands = [line[2:] for line in session.splitlines() if line.startswith("$ ")]
    script = "\n".join(f"echo {shlex.quote(f'$ {command}')}\n{command}" for command in commands)

    result = subprocess.run(
        ["sh", "-c", f"exec 2>&1\n{script}"],
        env={"PATH": PATH, "COLUMNS": "80"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert result.stdout == session


def test_python_examples_run_in_order() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], env={"PATH": PATH}, check=True, timeout=60)


def test_each_example_runs_or_is_marked_as_not_run() -> None:
    words = {info.partition(" ")[2] for info, _ in BLOCKS}

    assert words == {"run", "not-run"}


def test_tables_list_every_finding_and_every_error() -> None:
    classes = errors.ProxyGuardError.__subclasses__()

    assert list_column("What is refused", 0) == set(EXPLANATIONS)
    assert list_column("Errors", 0) == {error.__name__ for error in classes}
    assert list_column("Errors", 1) == {error.code for error in classes}


def test_threat_table_names_tests_that_exist() -> None:
    root = Path(__file__).parents[4]
    named = re.findall(r"`([\w/.-]+\.py)::(\w+)` \|$", README, re.MULTILINE)

    assert len(named) >= 20
    for path, function in named:
        assert f"\ndef {function}(" in (root / path).read_text("utf-8"), (path, function)
