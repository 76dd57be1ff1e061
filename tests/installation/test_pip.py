"""pip installs the issuer from git, and never looks up the names of our packages in an index."""

from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest

from tests.clone import Clone
from tests.installation.conftest import OLD_PIP, SUBDIRECTORY, Installers

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
    "archive": ["token-issuer @ {archive}" + SUBDIRECTORY],
    "no build isolation": ["--no-build-isolation", "{url}" + SUBDIRECTORY],
    "upgrade": ["--upgrade", "--upgrade-strategy=eager", "{url}" + SUBDIRECTORY],
    "no binary": [
        "--no-binary=token-issuer,bounded-http,jwt-core,proxy-guard",
        "{url}" + SUBDIRECTORY,
    ],
    "beside the guard": ["{url}" + SUBDIRECTORY, "{url}#subdirectory=packages/proxy-guard"],
}


def spell(form: list[str], clone: Clone) -> list[str]:
    return [
        part.format(
            url=clone.url,
            folder=clone.folder,
            commit=clone.commit,
            tag=clone.tag,
            archive=clone.archive.as_uri(),
        )
        for part in form
    ]


@pytest.mark.parametrize("form", FORMS)
def test_no_form_looks_up_our_names(form: str, installers: Installers, clone: Clone) -> None:
    environment = installers.make_environment()

    environment.pip("install", "--dry-run", *spell(FORMS[form], clone))

    installers.index.assert_untouched()


def test_poisoned_index_beside_the_real_one_is_not_asked(
    installers: Installers, clone: Clone, real_index: str
) -> None:
    environment = installers.make_empty_environment()
    options = ["--index-url", real_index, "--extra-index-url", installers.index.url]

    environment.pip("install", "--dry-run", *options, clone.url + SUBDIRECTORY)

    assert "litestar" in installers.index.requested
    installers.index.assert_untouched()


def test_warm_cache_does_not_matter(installers: Installers, clone: Clone, tmp_path: Path) -> None:
    """The cache has wheels that were built from malicious sdists, and the issuer of this commit."""
    cache = str(tmp_path / "cache")
    first, second = installers.make_environment("first"), installers.make_environment("second")
    poisoning = ["--no-binary=:all:", "--no-build-isolation", "jwt-core", "proxy-guard"]
    first.pip("install", *poisoning, PIP_CACHE_DIR=cache)
    assert {"jwt-core", "proxy-guard"} <= set(installers.index.requested)
    installers.index.mark.unlink()
    installers.index.requested.clear()
    requirement = f"token-issuer @ {clone.url}@{clone.commit}{SUBDIRECTORY}"

    first.pip("uninstall", "--yes", "jwt-core", "proxy-guard")
    first.pip("install", requirement, PIP_CACHE_DIR=cache)
    log = second.pip("install", requirement, PIP_CACHE_DIR=cache).stdout

    assert "Building wheel for token-issuer" not in log  # it is cached
    installers.index.assert_untouched()
    first.assert_issuer_runs()
    second.assert_issuer_runs()
    second.pip("check")
    frozen = second.pip("freeze").stdout.splitlines()
    assert [line for line in frozen if "issuer" in line] == [unquote(requirement)]
    assert not [line for line in frozen if line.startswith(("jwt-core", "proxy-guard"))]


def test_downloaded_folder_says_what_to_run_instead(installers: Installers, clone: Clone) -> None:
    """`pip download` packs the folder of the issuer alone."""
    environment = installers.make_environment()
    environment.pip("download", "--no-deps", "--dest", "files", clone.url + SUBDIRECTORY)
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
    first: str, installers: Installers, clone: Clone
) -> None:
    environment = installers.make_environment()
    steps = [[clone.url + SUBDIRECTORY], spell(SIBLINGS, clone)]
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


def test_uninstallation_leaves_no_file(installers: Installers, clone: Clone) -> None:
    environment = installers.make_environment()
    environment.pip("install", "--no-deps", clone.url + SUBDIRECTORY)
    environment.pip("uninstall", "--yes", "token-issuer")

    left = [path for path in environment.folder.rglob("*") if "token" in path.name]

    assert [path for path in left if "issuer" in path.name] == []


def test_old_pip_installs_the_issuer(installers: Installers, clone: Clone) -> None:
    environment = installers.make_environment(pip=OLD_PIP)

    environment.pip("install", clone.url + SUBDIRECTORY)

    installers.index.assert_untouched()
    environment.assert_issuer_runs()


def test_reference_proxy_and_its_siblings_can_be_installed_together(
    installers: Installers, clone: Clone
) -> None:
    environment = installers.make_environment()
    proxy = f"{clone.url}#subdirectory=examples/proxy"

    environment.pip("install", "--dry-run", proxy)
    environment.pip("install", proxy, *spell(SIBLINGS, clone))

    installers.index.assert_untouched()
    environment.run("python", "-c", "import reference_proxy.cli")
