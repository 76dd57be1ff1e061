"""A clone of the working tree, and git settings with which the URLs of the pages lead to it."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.once import make_once

ROOT: Final = Path(__file__).resolve().parents[1]
URLS: Final = (
    "https://git.example.com/team/repository",
    "https://git.example.com/team/repository.git",
    "ssh://git@git.example.com/team/repository.git",
)
"""The URLs of this repository on the pages."""


@dataclass(frozen=True)
class Clone:
    """A repository with one commit.

    Attributes:
        folder: The clone, whose path has a space.
        commit: Its only commit, on the branch `main`.
        archive: The same as a zip archive, as code hosts offer it.
        tag: A name of the commit.
    """

    folder: Path
    commit: str
    archive: Path
    tag: str = "v1"

    @property
    def url(self) -> str:
        """The URL for pip and uv."""
        return f"git+{self.folder.as_uri()}"

    @property
    def git_environ(self) -> dict[str, str]:
        """Variables with which git reads this clone from the URLs of the pages."""
        settings = [(f"url.{self.folder.as_uri()}.insteadOf", url) for url in URLS]
        settings.append(("protocol.file.allow", "always"))  # for submodules
        environ = {"GIT_CONFIG_COUNT": str(len(settings))}
        for number, (key, value) in enumerate(settings):
            environ |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return environ


def clone_working_tree(factory: pytest.TempPathFactory) -> Clone:
    """Return the clone of this test run."""
    folder = make_once(factory, "a clone", _commit_working_tree)
    head = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=folder, text=True)
    return Clone(folder, head.strip(), folder / ".git/archive.zip")


def _commit_working_tree(folder: Path) -> None:
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.check_output(listed, cwd=ROOT, text=True).split("\0"):
        if name and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        [*identity, "commit", "--quiet", "--message", "State of the working tree"],
        ["tag", Clone.tag],
        ["archive", "--prefix=repository-main/", "--output=.git/archive.zip", "HEAD"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
