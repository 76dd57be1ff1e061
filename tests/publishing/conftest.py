"""Fixtures: copies of this repository that a test may change."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.clone import ROOT, clone_working_tree
from tests.services import read_untraced_environ

TIMEOUT_S: Final = 600


@dataclass(frozen=True)
class Checkout:
    """A clone with the files of the working tree in one commit."""

    folder: Path

    def run(self, *command: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in the clone, and fail if it fails unless *check* is false."""
        environ = {
            name: value for name, value in read_untraced_environ().items() if name != "VIRTUAL_ENV"
        }
        outcome = subprocess.run(
            command,
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
        assert not check or outcome.returncode == 0, outcome.stdout + outcome.stderr
        return outcome

    def commit(self, message: str) -> None:
        """Commit all files."""
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
        self.run("git", *identity, "commit", "--quiet", "--all", "--message", message)


def make_checkout(factory: pytest.TempPathFactory, folder: Path) -> Checkout:
    """Return a new clone in *folder*, which shares the downloads of this repository's `ci/uv`."""
    subprocess.run(
        ["git", "clone", "--quiet", clone_working_tree(factory).folder, folder], check=True
    )
    (folder / ".cache").mkdir()
    (ROOT / ".cache/uv").mkdir(parents=True, exist_ok=True)
    (folder / ".cache/uv").symlink_to(ROOT / ".cache/uv")
    return Checkout(folder)


@pytest.fixture
def checkout(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return make_checkout(tmp_path_factory, tmp_path / "checkout")
