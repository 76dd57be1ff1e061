"""uv installs the issuer from git, and never looks up the names of our packages in an index."""

from pathlib import Path
from typing import Final

import pytest

from tests.installation.conftest import SUBDIRECTORY, Installers, Repository

pytestmark = [
    pytest.mark.requirement("SEP-6"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

PROJECT: Final = """\
[project]
name = "service"
version = "1"
requires-python = ">=3.11"
"""


@pytest.mark.parametrize("options", [[], ["--no-sources"], ["--refresh", "--no-sources"]])
def test_uv_pip_installs_the_issuer(
    options: list[str], installers: Installers, repository: Repository
) -> None:
    environment = installers.make_environment()
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
