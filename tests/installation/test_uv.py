"""uv installs the issuer from git, and never looks up the names of our packages in an index."""

import shutil

import pytest

from tests.clone import Clone
from tests.installation.conftest import SUBDIRECTORY, Installers

pytestmark = [
    pytest.mark.requirement("SEP-6"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
]


@pytest.mark.parametrize("options", [[], ["--no-sources"], ["--refresh", "--no-sources"]])
def test_uv_pip_installs_the_issuer(
    options: list[str], installers: Installers, clone: Clone
) -> None:
    environment = installers.make_empty_environment()
    python = environment.folder / "bin/python"

    installers.uv("pip", "install", "--python", python, *options, clone.url + SUBDIRECTORY)

    installers.index.assert_untouched()
    environment.assert_issuer_runs()


@pytest.mark.parametrize("place", ["git", "editable"])
def test_uv_add_installs_the_issuer_beside_the_guard(
    place: str, installers: Installers, clone: Clone
) -> None:
    installers.make_project()
    folder = clone.folder / "packages/dev-only/token-issuer"
    requirement = {
        "git": [f"token-issuer @ {clone.url}{SUBDIRECTORY}"],
        "editable": ["--editable", str(folder)],
    }[place]

    installers.uv("add", f"proxy-guard @ {clone.url}#subdirectory=packages/proxy-guard")
    installers.uv("add", "--dev", *requirement)

    installers.index.assert_untouched()
    code = "import proxy_guard; from token_issuer import run_token_issuer as run\nwith run(): pass"
    installers.uv("run", "python", "-c", code)
    lock = (installers.folder / "uv.lock").read_text(encoding="utf-8")
    assert 'name = "jwt-core"' not in lock
    installers.index.assert_untouched()


def test_change_of_a_bundled_package_reaches_a_project_that_uses_the_folder(
    installers: Installers, clone: Clone
) -> None:
    checkout = installers.folder.parent / "repository"
    shutil.copytree(clone.folder, checkout)
    installers.make_project()
    installers.uv("add", "--dev", "../repository/packages/dev-only/token-issuer")
    with (checkout / "packages/jwt-core/src/jwt_core/errors.py").open("a") as file:
        file.write("CHANGED = True\n")

    installers.uv("sync")

    installers.uv(
        "run", "python", "-c", "from token_issuer._bundled.jwt_core.errors import CHANGED"
    )


def test_built_sdist_can_be_installed(installers: Installers, clone: Clone) -> None:
    folder = clone.folder / "packages/dev-only/token-issuer"
    installers.uv("build", "--sdist", "--out-dir", installers.folder / "dist", folder)
    (sdist,) = (installers.folder / "dist").glob("*.tar.gz")
    environment = installers.make_environment()

    environment.pip("install", sdist)

    installers.index.assert_untouched()
    environment.assert_issuer_runs()
