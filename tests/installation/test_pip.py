"""pip installs the issuer from git, and never looks up the names of our packages in an index."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.installation.conftest import OLD_PIP, SUBDIRECTORY, Installers, Repository

pytestmark = [
    pytest.mark.requirement("SEP-6"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

# How a user names the issuer, as arguments of pip.
FORMS: Final = {
    "tag": ["{url}@{tag}" + SUBDIRECTORY],
    "folder": ["{folder}/packages/dev-only/token-issuer"],
    "editable": ["-e", "{folder}/packages/dev-only/token-issuer"],
    "editable git": ["-e", "{url}#egg=token-issuer&" + SUBDIRECTORY[1:]],
    "archive": ["token-issuer @ file://{archive}" + SUBDIRECTORY],
    "no build isolation": ["--no-build-isolation", "{url}" + SUBDIRECTORY],
    "upgrade": ["--upgrade", "--upgrade-strategy=eager", "{url}" + SUBDIRECTORY],
    "no binary": [
        "--no-binary=token-issuer,bounded-http,jwt-core,proxy-guard",
        "{url}" + SUBDIRECTORY,
    ],
    "beside the guard": ["{url}" + SUBDIRECTORY, "{url}#subdirectory=packages/proxy-guard"],
}


def spell(form: list[str], repository: Repository) -> list[str]:
    return [
        part.format(
            url=repository.url,
            folder=repository.folder,
            commit=repository.commit,
            tag=repository.tag,
            archive=repository.archive,
        )
        for part in form
    ]


def test_installed_issuer_runs(installers: Installers, repository: Repository) -> None:
    environment = installers.make_empty_environment()

    environment.pip("install", repository.url + SUBDIRECTORY)

    assert "litestar" in installers.index.requested
    installers.index.assert_untouched()
    environment.assert_issuer_runs()
    environment.pip("check")
    frozen = environment.pip("freeze").stdout
    assert f"token-issuer @ {repository.url}@{repository.commit}{SUBDIRECTORY}" in frozen
    assert "jwt-core" not in frozen
    assert "proxy-guard" not in frozen


@pytest.mark.parametrize("form", FORMS)
def test_no_form_looks_up_our_names(
    form: str, installers: Installers, repository: Repository
) -> None:
    environment = installers.make_environment()

    environment.pip("install", "--dry-run", *spell(FORMS[form], repository))

    installers.index.assert_untouched()


def test_poisoned_index_beside_the_real_one_is_not_asked(
    installers: Installers, repository: Repository, real_index: str
) -> None:
    environment = installers.make_empty_environment()
    options = ["--index-url", real_index, "--extra-index-url", installers.index.url]

    environment.pip("install", "--dry-run", *options, repository.url + SUBDIRECTORY)

    assert "litestar" in installers.index.requested
    installers.index.assert_untouched()


def test_warm_cache_does_not_matter(
    installers: Installers, repository: Repository, tmp_path: Path
) -> None:
    """The cache has wheels that were built from malicious sdists, and the issuer of this commit."""
    cache = str(tmp_path / "cache")
    first, second = installers.make_environment("first"), installers.make_environment("second")
    poisoning = ["--no-binary=:all:", "--no-build-isolation", "jwt-core", "proxy-guard"]
    first.pip("install", *poisoning, PIP_CACHE_DIR=cache)
    assert {"jwt-core", "proxy-guard"} <= set(installers.index.requested)
    installers.index.mark.unlink()
    installers.index.requested.clear()
    requirement = f"token-issuer @ {repository.url}@{repository.commit}{SUBDIRECTORY}"

    first.pip("uninstall", "--yes", "jwt-core", "proxy-guard")
    first.pip("install", requirement, PIP_CACHE_DIR=cache)
    log = second.pip("install", requirement, PIP_CACHE_DIR=cache).stdout

    assert "Building wheel for token-issuer" not in log  # it is cached
    installers.index.assert_untouched()
    first.assert_issuer_runs()
    second.assert_issuer_runs()


def test_wheels_can_be_installed_without_an_index(
    installers: Installers, repository: Repository
) -> None:
    environment = installers.make_empty_environment()
    environment.pip("wheel", "--wheel-dir", "wheels", repository.url + SUBDIRECTORY)
    looked_up = len(installers.index.requested)

    environment.pip("install", "--no-index", "--find-links", "wheels", "token-issuer")

    assert len(installers.index.requested) == looked_up
    installers.index.assert_untouched()
    environment.assert_issuer_runs()


def test_downloaded_folder_says_what_to_run_instead(
    installers: Installers, repository: Repository
) -> None:
    """`pip download` packs the folder of the issuer alone."""
    environment = installers.make_environment()
    environment.pip("download", "--no-deps", "--dest", "files", repository.url + SUBDIRECTORY)
    (archive,) = (installers.folder / "files").iterdir()

    outcome = environment.pip("install", archive, check=False)

    assert outcome.returncode == 1
    assert "run `pip wheel` instead of `pip download`" in outcome.stdout + outcome.stderr
    installers.index.assert_untouched()


SIBLINGS: Final = [
    "proxy-guard @ {url}#subdirectory=packages/proxy-guard",
    "jwt-core[remote] @ {url}#subdirectory=packages/jwt-core",
]
USE_SIBLINGS: Final = "import jwt_core.remote, proxy_guard; proxy_guard.check({}, probe=False)"


@pytest.mark.parametrize("first", ["issuer", "siblings"])
def test_separate_siblings_neither_replace_nor_lose_a_file(
    first: str, installers: Installers, repository: Repository
) -> None:
    environment = installers.make_environment()
    steps = [[repository.url + SUBDIRECTORY], spell(SIBLINGS, repository)]
    for step in steps if first == "issuer" else reversed(steps):
        environment.pip("install", *step)

    environment.assert_issuer_runs()
    environment.run("python", "-c", USE_SIBLINGS)
    if first == "issuer":
        environment.pip("uninstall", "--yes", "proxy-guard", "jwt-core")
        environment.assert_issuer_runs()
    else:
        environment.pip("uninstall", "--yes", "token-issuer")
        environment.run("python", "-c", USE_SIBLINGS)
        assert environment.run("proxy-guard", "check", "--no-probe").startswith("proxy-guard: ")
    installers.index.assert_untouched()


def test_uninstallation_leaves_no_file(installers: Installers, repository: Repository) -> None:
    environment = installers.make_environment()
    environment.pip("install", "--no-deps", repository.url + SUBDIRECTORY)
    environment.pip("uninstall", "--yes", "token-issuer")

    left = [path for path in environment.folder.rglob("*") if "token" in path.name]

    assert [path for path in left if "issuer" in path.name] == []


def test_old_pip_installs_the_issuer(installers: Installers, repository: Repository) -> None:
    environment = installers.make_environment(pip=OLD_PIP)

    environment.pip("install", repository.url + SUBDIRECTORY)

    installers.index.assert_untouched()
    environment.assert_issuer_runs()


def test_pipx_installs_the_issuer(installers: Installers, repository: Repository) -> None:
    environment = installers.make_environment()
    python = shutil.which("python3") or "python3"

    environment.run("pipx", "install", "--python", python, repository.url + SUBDIRECTORY)

    installers.index.assert_untouched()
    command = Path(installers.environ["PIPX_BIN_DIR"], "token-issuer")
    assert installers.run(command, "--version").stdout.startswith("token-issuer 0")


def test_reference_proxy_and_its_siblings_can_be_installed_together(
    installers: Installers, repository: Repository
) -> None:
    environment = installers.make_environment()
    proxy = f"{repository.url}#subdirectory=examples/proxy"

    environment.pip("install", "--dry-run", proxy)
    environment.pip("install", proxy, *spell(SIBLINGS, repository))

    installers.index.assert_untouched()
    environment.run("python", "-c", "import reference_proxy.cli")
