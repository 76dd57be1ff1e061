"""`ci/test.sh` runs the named tests of any package, and fails if none is selected."""

import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.selection import ISSUER_TESTS, ROOT, select_arguments
from tests.services import read_untraced_environ

pytestmark = pytest.mark.requirement("DX-1")

ISSUER_TEST: Final = "packages/dev-only/token-issuer/tests/unit/timing/test_durations.py"
WORKSPACE_TEST: Final = "packages/proxy-guard/tests/unit/test_der.py"
SLOW_TEST: Final = "tests/e2e/test_rotation_under_load.py"


@pytest.mark.parametrize(
    ("argument", "in_workspace", "in_issuer"),
    [
        (WORKSPACE_TEST, True, False),
        (ISSUER_TEST, False, True),
        (f"{ISSUER_TEST}::test_duration[a::b]", False, True),
        (f"./packages/../{ISSUER_TEST}", False, True),
        (str(ROOT / ISSUER_TEST), False, True),
        ("packages/dev-only/token-issuer", False, True),
        ("packages/dev-only/token-issuer/tests/nope.py", False, True),
        ("tests", True, False),
        ("packages", True, True),
        (".", True, True),
    ],
)
def test_path_runs_in_the_environments_that_contain_its_tests(
    argument: str, *, in_workspace: bool, in_issuer: bool
) -> None:
    assert bool(select_arguments([argument], ROOT, is_issuer=False)) is in_workspace
    assert bool(select_arguments([argument], ROOT, is_issuer=True)) is in_issuer


def test_path_is_relative_to_the_working_directory() -> None:
    folder = ROOT / "packages/dev-only"

    assert select_arguments(["../proxy-guard"], folder, is_issuer=False) == ["../proxy-guard"]
    assert select_arguments(["../proxy-guard"], folder, is_issuer=True) == []


def test_folder_around_the_simulator_selects_its_tests_and_nothing_else_of_the_folder() -> None:
    assert select_arguments(["packages"], ROOT, is_issuer=True) == [str(ISSUER_TESTS)]


def collect(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Let `ci/test.sh` list the tests that it would run."""
    return subprocess.run(
        ["ci/test.sh", *arguments, "--collect-only", "-q"],
        cwd=ROOT,
        env=read_untraced_environ(),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def list_files(outcome: subprocess.CompletedProcess[str]) -> set[str]:
    assert outcome.returncode == 0, outcome.stderr
    return {line.partition("::")[0] for line in outcome.stdout.splitlines() if "::" in line}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        ([WORKSPACE_TEST, f"{ISSUER_TEST}::test_largest_duration_does_not_overflow"],
         {WORKSPACE_TEST, ISSUER_TEST}),
        (["packages", "-k", "test_der.py or test_largest_duration"], {WORKSPACE_TEST, ISSUER_TEST}),
        ([SLOW_TEST], {SLOW_TEST}),
        (["tests/e2e", "-k", "emergency"], {SLOW_TEST}),
    ],
)  # fmt: skip
def test_named_tests_are_found_in_either_environment(arguments: list[str], files: set[str]) -> None:
    assert list_files(collect(*arguments)) == files


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_slow_tests_of_a_folder_run_only_with_all() -> None:
    assert SLOW_TEST not in list_files(collect("tests/e2e"))
    assert SLOW_TEST in list_files(collect("tests/e2e", "--all"))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["-k", "no_test_has_this_name"], 5, "ci/test.sh: no test is selected"),
        (["tests/nope.py"], 4, "tests/nope.py: no such file or directory"),
        ([f"{ISSUER_TEST}::test_nope"], 4, "not found"),
    ],
)
def test_empty_selection_is_an_error(arguments: list[str], exit_code: int, message: str) -> None:
    outcome = collect(*arguments)

    assert outcome.returncode == exit_code
    assert message in outcome.stderr


def test_help_names_each_way_to_select() -> None:
    outcome = subprocess.run(
        ["ci/test.sh", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert outcome.returncode == 0
    assert all(word in outcome.stdout for word in ("--all", "PATH", "-k NAME"))


def test_every_folder_of_tests_is_run_by_a_script() -> None:
    """Check that no test file is left out of all scripts."""
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    scripts = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("ci/*.sh"))
    listed = subprocess.run(
        ["git", "ls-files", "*/test_*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert listed

    for folder in {find_suite(Path(path)) for path in listed}:
        assert f'"{folder}"' in config or f" {folder} " in scripts, folder


def find_suite(path: Path) -> str:
    """Return the folder of the suite that contains a test file."""
    parts = path.parts
    index = parts.index("tests")
    return "/".join(parts[: index + 1] if index else parts[:2])
