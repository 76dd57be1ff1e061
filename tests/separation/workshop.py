"""The place where a large artefact is built, and the tools in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.machine import ROOT, download_debian, find_command, run, unpack_debian
from tests.once import make_once
from tests.services import read_clean_environ

# Debian replaces the packages of a release by corrected ones, so their versions cannot be pinned.
_DEBIAN: Final = ("chromium", "libnode108", "libpython3.11-stdlib", "postgresql-15")
SQUASHFS_TOOLS: Final = ("squashfs-tools", "liblzo2-2")
_NPM_DATE: Final = "--before=2026-11-01"
"""Pins the dependencies of packages: npm takes the versions of that date."""


@dataclass(frozen=True)
class Workshop:
    """Where an artefact is built.

    Attributes:
        shipped: The folder of the artefact.
        scratch: A folder for caches and sources.
        factory: Source of the folders with packages that several artefacts consist of.
    """

    shipped: Path
    scratch: Path
    factory: pytest.TempPathFactory

    def run(
        self,
        *command: str | Path,
        folder: Path | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Run a command in *folder* or `scratch`, with more environment variables."""
        run(
            *command, cwd=folder or self.scratch, environ=read_clean_environ() | dict(environ or {})
        )

    def run_python(self, *arguments: str | Path, packages: tuple[str, ...]) -> None:
        """Run a Python that has *packages*, which are distributions with their versions."""
        options = [option for package in packages for option in ("--with", package)]
        command = ("run", "--quiet", "--no-project", *options, "python", *arguments)
        environ = {"PYINSTALLER_CONFIG_DIR": str(self.scratch)}
        self.run(ROOT / "ci/uv", *command, environ=environ)

    def run_npm(self, *arguments: str) -> None:
        """Run npm with its cache in `scratch`."""
        npm = find_command("npm", "install Node 20 or later")
        options = ("--loglevel=error", "--no-audit", "--no-fund", "--ignore-scripts", _NPM_DATE)
        self.run(npm, *arguments, *options, f"--cache={self.scratch / 'npm'}")

    def find_package(self, name: str) -> Path:
        """Return the archive of a Debian package."""
        packages = make_once(self.factory, "large-debian", _download_debian)
        return next(packages.glob(f"archives/{name}_*.deb"))

    def unpack(self, *names: str, folder: str) -> Path:
        """Unpack Debian packages into a folder in `scratch`, and return it."""
        return unpack_debian(list(map(self.find_package, names)), self.scratch / folder)


def _download_debian(folder: Path) -> None:
    download_debian(*_DEBIAN, *SQUASHFS_TOOLS, folder=folder)
