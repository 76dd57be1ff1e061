"""Fixtures: a clone of this repository, a poisoned package index, and installers that use both."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.clone import ROOT, Clone, clone_working_tree
from tests.installation.index import PoisonedIndex, run_poisoned_index
from tests.once import make_once
from tests.services import read_clean_environ

SUBDIRECTORY: Final = "#subdirectory=packages/dev-only/token-issuer"
TIMEOUT_S: Final = 300
OLD_PIP: Final = "pip==22.3.1"  # came with Python 3.11
PROJECTS: Final = (
    "packages/bounded-http",
    "packages/jwt-core",
    "packages/proxy-guard",
    "examples/proxy",
    "packages/dev-only/token-issuer",
)
# Configuration of the installers; it would replace the index and the caches of the tests.
_PREFIXES: Final = ("PIP_", "PIPX_", "UV_", "PYTHON", "COVERAGE", "VIRTUAL_ENV")
_REAL_INDEX: Final = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple")
_BASE_PYTHON: Final = str(getattr(sys, "_base_executable", sys.executable))
_KEPT: Final = ("PIP_CERT", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS")
# The index has the wheels for this machine and this Python only.
_PROJECT: Final = f"""\
[project]
name = "service"
version = "1"
requires-python = ">=3.11"

[tool.uv]
environments = [
    "sys_platform == '{sys.platform}' and python_version == '{sysconfig.get_python_version()}'",
]
"""
_MINT: Final = """
import sys
from token_issuer import run_token_issuer
with run_token_issuer() as issuer:
    assert issuer.mint(sub="alice").count(".") == 2
assert not {"bounded_http", "jwt_core", "proxy_guard"} & set(sys.modules)
"""


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return clone_working_tree(tmp_path_factory)


@pytest.fixture(scope="session")
def session_index(
    tmp_path_factory: pytest.TempPathFactory, libraries: Path
) -> Iterator[PoisonedIndex]:
    """Run one index for all tests of a worker: caches are of use only at the same URL."""
    mark = tmp_path_factory.mktemp("mark") / "malicious-code-was-executed"
    with run_poisoned_index(libraries, mark) as running:
        yield running


@pytest.fixture
def index(session_index: PoisonedIndex) -> PoisonedIndex:
    session_index.requested.clear()
    session_index.mark.unlink(missing_ok=True)
    return session_index


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheels that the installations need, from PyPI."""
    return make_once(tmp_path_factory, "libraries", _download_libraries)


def _list_requirements() -> list[str]:
    """Return the dependencies of our packages, and the tools that build, install and test them."""
    names = {"editables", "pip", "pipx", "pytest", "setuptools", "wheel"}
    for project in PROJECTS:
        manifest = tomllib.loads((ROOT / project / "pyproject.toml").read_text(encoding="utf-8"))
        names.update(manifest["build-system"]["requires"])
        names.update(manifest["project"]["dependencies"])
        for extra in manifest["project"].get("optional-dependencies", {}).values():
            names.update(extra)
    return sorted(names)


def _download_libraries(folder: Path) -> None:
    download: list[str | Path] = [
        *(ROOT / "ci/uv", "run", "--no-project", "--with", "pip", "python", "-m", "pip"),
        *("download", "--quiet", "--only-binary=:all:", "--dest", folder),
    ]
    subprocess.run([*download, *_list_requirements()], check=True, timeout=TIMEOUT_S)
    subprocess.run([*download, OLD_PIP], check=True, timeout=TIMEOUT_S)


@dataclass(frozen=True)
class Installers:
    """The installers, with *index* as their only index, and with caches that the tests share."""

    folder: Path
    index: PoisonedIndex
    environ: dict[str, str]
    libraries: Path

    def run(
        self, *command: str | Path, check: bool = True, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in an empty folder."""
        outcome = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
        assert not check or outcome.returncode == 0, outcome.stdout + outcome.stderr
        return outcome

    def uv(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run uv."""
        return self.run(ROOT / "ci/uv", *arguments)

    def make_project(self) -> None:
        """Make the folder an empty project of uv."""
        (self.folder / "pyproject.toml").write_text(_PROJECT, encoding="utf-8")

    def make_empty_environment(self, name: str = "venv") -> "PythonEnvironment":
        """Make a virtual environment with the newest pip."""
        folder = self.folder / name
        self.uv("venv", "--quiet", "--no-project", "--seed", "--python", _BASE_PYTHON, folder)
        return PythonEnvironment(folder, self)

    def make_environment(self, name: str = "venv", pip: str = "pip") -> "PythonEnvironment":
        """Make a virtual environment that also has the libraries, which pip installs slowly."""
        environment = self.make_empty_environment(name)
        python = environment.folder / "bin/python"
        options = ["--no-index", "--find-links", str(self.libraries)]
        self.uv("pip", "install", "--python", python, *options, *_list_requirements(), pip)
        return environment


@dataclass(frozen=True)
class PythonEnvironment:
    """A virtual environment."""

    folder: Path
    installers: Installers

    def pip(
        self, *arguments: str | Path, check: bool = True, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run pip."""
        return self.installers.run(
            self.folder / "bin/python", "-m", "pip", *arguments, check=check, **environ
        )

    def run(self, command: str, *arguments: str | Path) -> str:
        """Run an installed command and return its output."""
        return self.installers.run(self.folder / "bin" / command, *arguments).stdout

    def assert_issuer_runs(self) -> None:
        """Fail unless the command and the library work, without modules of our other packages."""
        assert self.run("token-issuer", "--version").startswith("token-issuer 0")
        self.run("python", "-c", _MINT)


@pytest.fixture
def installers(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    index: PoisonedIndex,
    libraries: Path,
    clone: Clone,
) -> Installers:
    """Return installers that share their caches with the other tests."""
    caches = make_once(tmp_path_factory, "caches", lambda _: None)
    environ = {
        name: value
        for name, value in read_clean_environ().items()
        if name in _KEPT or not name.startswith(_PREFIXES)
    }
    folder = tmp_path / "work"
    folder.mkdir()
    return Installers(
        folder,
        index,
        environ
        | clone.git_environ
        | {
            "PIP_CACHE_DIR": str(caches / "pip"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_INDEX_URL": index.url,
            "PIP_NO_COMPILE": "1",
            "PIPX_DEFAULT_PYTHON": shutil.which("python3") or "python3",
            "PIPX_HOME": str(tmp_path / "pipx"),
            "PIPX_BIN_DIR": str(tmp_path / "bin"),
            "UV_CACHE_DIR": str(caches / "uv"),
            "UV_DEFAULT_INDEX": index.url,
            "UV_NO_CONFIG": "1",
            "UV_PYTHON": _BASE_PYTHON,
            "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
            "UV_TOOL_DIR": str(tmp_path / "tools"),
        },
        libraries,
    )


@pytest.fixture
def real_index() -> str:
    return _REAL_INDEX
