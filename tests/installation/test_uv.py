"""uv installs the issuer from git, and never looks up the names of our packages in an index."""

import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Final

import pytest

from tests.installation.conftest import SUBDIRECTORY, Installers, Repository

pytestmark = [
    pytest.mark.requirement("SEP-6"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

# The index has the wheels for this machine and this Python only.
PROJECT: Final = f"""\
[project]
name = "service"
version = "1"
requires-python = ">=3.11"

[tool.uv]
environments = [
    "sys_platform == '{sys.platform}' and python_version == '{sysconfig.get_python_version()}'",
]
"""


@pytest.mark.parametrize("options", [[], ["--no-sources"], ["--refresh", "--no-sources"]])
def test_uv_pip_installs_the_issuer(
    options: list[str], installers: Installers, repository: Repository
) -> None:
    environment = installers.make_empty_environment()
    python = environment.folder / "bin/python"

    installers.uv("pip", "install", "--python", python, *options, repository.url + SUBDIRECTORY)

    installers.index.assert_untouched()
    environment.assert_issuer_runs()


@pytest.mark.parametrize("place", ["git", "folder", "editable"])
def test_uv_add_installs_the_issuer_beside_the_guard(
    place: str, installers: Installers, repository: Repository
) -> None:
    (installers.folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    folder = repository.folder / "packages/dev-only/token-issuer"
    requirement = {
        "git": [f"token-issuer @ {repository.url}{SUBDIRECTORY}"],
        "folder": [str(folder)],
        "editable": ["--editable", str(folder)],
    }[place]

    installers.uv("add", f"proxy-guard @ {repository.url}#subdirectory=packages/proxy-guard")
    installers.uv("add", "--dev", *requirement)

    installers.index.assert_untouched()
    code = "import proxy_guard; from token_issuer import run_token_issuer as run\nwith run(): pass"
    installers.uv("run", "python", "-c", code)
    lock = (installers.folder / "uv.lock").read_text(encoding="utf-8")
    assert 'name = "jwt-core"' not in lock
    installers.index.assert_untouched()


def test_change_of_a_bundled_package_reaches_a_project_that_uses_the_folder(
    installers: Installers, repository: Repository
) -> None:
    clone = installers.folder.parent / "repository"
    shutil.copytree(repository.folder, clone)
    (installers.folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    installers.uv("add", "--dev", "../repository/packages/dev-only/token-issuer")
    with (clone / "packages/jwt-core/src/jwt_core/errors.py").open("a") as file:
        file.write("CHANGED = True\n")

    installers.uv("sync")

    installers.uv(
        "run", "python", "-c", "from token_issuer._bundled.jwt_core.errors import CHANGED"
    )


def test_uv_tool_installs_the_issuer(installers: Installers, repository: Repository) -> None:
    installers.uv("tool", "install", repository.url + SUBDIRECTORY)

    command = Path(installers.environ["UV_TOOL_BIN_DIR"], "token-issuer")
    assert installers.run(command, "--version").stdout.startswith("token-issuer 0")
    installers.index.assert_untouched()


def test_uvx_runs_the_issuer(installers: Installers, repository: Repository) -> None:
    requirement = repository.url + SUBDIRECTORY

    outcome = installers.uv("tool", "run", "--from", requirement, "token-issuer", "--version")

    assert outcome.stdout.startswith("token-issuer 0")
    installers.index.assert_untouched()


def test_built_sdist_can_be_installed(installers: Installers, repository: Repository) -> None:
    folder = repository.folder / "packages/dev-only/token-issuer"
    installers.uv("build", "--sdist", "--out-dir", installers.folder / "dist", folder)
    (sdist,) = (installers.folder / "dist").glob("*.tar.gz")
    environment = installers.make_environment()

    environment.pip("install", sdist)

    installers.index.assert_untouched()
    environment.assert_issuer_runs()
