"""Pytest plugin: select the tests of this environment, without slow ones unless requested.

The simulator is not part of the workspace: its tests run in its own environment, all others in that
of the workspace. Both runs get the same arguments, and each selects the paths of its environment.
"""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
DEV_ONLY: Final = ROOT / "packages" / "dev-only"
ISSUER_TESTS: Final = DEV_ONLY / "token-issuer" / "tests"
IS_ISSUER: Final = find_spec("token_issuer") is not None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run the slow tests too")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Do not load any `conftest.py` of the other environment, since its imports would fail."""
    named = early_config.known_args_namespace.file_or_dir
    kept = select_arguments(
        named or early_config.getini("testpaths"), early_config.invocation_params.dir
    )
    early_config.known_args_namespace.noconftest |= not kept
    named[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return the number of processes for `-n auto`; 0 runs the tests in this process.

    Many tests wait for processes and sockets, so there are four more processes than cores.
    """
    is_short = config.option.collectonly or any(map(is_in_file, config.args))
    return 0 if is_short else (os.cpu_count() or 1) + 4


def pytest_configure(config: pytest.Config) -> None:
    folder = config.invocation_params.dir
    kept = select_arguments(config.args, folder)
    if not kept:
        pytest.exit("no test of this environment is selected", pytest.ExitCode.NO_TESTS_COLLECTED)
    for argument in kept:
        if not find_path(argument, folder).exists():  # workers would not report it
            message = f"{argument}: no such file or directory; expected a path below {folder}"
            raise pytest.UsageError(message)
    config.args = kept


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    return True if collection_path == DEV_ONLY and not IS_ISSUER else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect slow tests, unless `--all`, `-k`, `-m` or their file is given."""
    if config.option.all or config.option.keyword or config.option.markexpr:
        return
    named = {find_path(argument, config.invocation_params.dir) for argument in config.args}
    slow = [item for item in items if item.get_closest_marker("slow") and item.path not in named]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


def select_arguments(
    arguments: Sequence[str], folder: Path, *, is_issuer: bool = IS_ISSUER
) -> list[str]:
    """Return the *arguments*, relative to *folder*, that apply to one of the two environments."""
    selected = []
    for argument in arguments:
        path = find_path(argument, folder)
        if is_issuer and ISSUER_TESTS.is_relative_to(path):
            selected.append(str(ISSUER_TESTS))
        elif path.is_relative_to(DEV_ONLY) == is_issuer:
            selected.append(argument)
    return selected


def find_path(argument: str, folder: Path) -> Path:
    """Return the path in *argument*, without the name of a test after `::`."""
    return (folder / argument.partition("::")[0]).resolve()


def is_in_file(argument: str) -> bool:
    """Return whether *argument* is a test file or a test in a file."""
    return argument.partition("::")[0].endswith(".py")
