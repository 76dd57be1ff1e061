"""All packages have the version of the newest release, and `ci/version` starts a new one."""

import subprocess
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Final

import pytest

from tests.clone import ROOT
from tests.conftest import ISSUER_COMMAND
from tests.publishing.conftest import Checkout

pytestmark = pytest.mark.requirement("OPS-7")

PACKAGES: Final = ("bounded-http", "jwt-core", "proxy-guard", "reference-proxy", "token-issuer")
ENTRY: Final = "## [Unreleased]\n\n### Added\n\n- Something new.\n"


@pytest.fixture(scope="session")
def version() -> str:
    return subprocess.check_output(["ci/version"], cwd=ROOT, text=True, timeout=60).strip()


def test_all_files_have_the_version_of_the_changelog(version: str) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert f"\n## [{version}] - " in changelog


def test_installed_packages_and_commands_have_the_version(version: str) -> None:
    here = [package for package in PACKAGES if package != "token-issuer"]

    assert {metadata.version(package) for package in here} == {version}
    shown = subprocess.check_output([ISSUER_COMMAND, "--version"], text=True, timeout=60)
    assert shown.split()[:2] == ["token-issuer", version]


def test_new_version_is_written_to_every_file(checkout: Checkout) -> None:
    changelog = checkout.folder / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    before, _, after = text.partition("## [Unreleased]\n")
    _, _, releases = after.partition("\n## ")
    changelog.write_text(f"{before}{ENTRY}\n## {releases}", encoding="utf-8")

    printed = checkout.run("ci/version", "77.8.9").stdout

    assert printed == "77.8.9\n"
    assert checkout.run("ci/version").stdout == "77.8.9\n"
    written = changelog.read_text(encoding="utf-8")
    heading = written.index("## [77.8.9] - 2")
    assert written.index("## [Unreleased]") < heading < written.index("- Something new.")
    for path in find_manifests(checkout.folder):
        manifest = tomllib.loads(path.read_text(encoding="utf-8"))
        is_package = "build-system" in manifest
        assert (manifest["project"]["version"] == "77.8.9") == is_package, path
    for lock in checkout.folder.glob("**/uv.lock"):
        checkout.run("ci/uv", "lock", "--check", "--offline", "--project", lock.parent)


def find_manifests(folder: Path) -> list[Path]:
    """Return the manifests of all projects, without that of the workspace."""
    paths = [path for path in folder.glob("**/pyproject.toml") if path.parent != folder]
    assert len(paths) > len(PACKAGES)
    return paths


def test_file_with_another_version_is_named(checkout: Checkout, version: str) -> None:
    manifest = checkout.folder / "packages/jwt-core/pyproject.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace(f'version = "{version}"', 'version = "9.9.9"'), "utf-8")

    outcome = checkout.run("ci/version", check=False)

    assert (outcome.returncode, outcome.stdout) == (1, f"{version}\n")
    assert outcome.stderr == (
        f"ci/version: expected {version} as in CHANGELOG.md,"
        " got packages/jwt-core/pyproject.toml: 9.9.9\n"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "1",
        "1.2",
        "v9.0.0",
        "9.0.0rc1",
        "9.0.0.1",
        "09.0.0",
        "0.0.0",
        "current",
        "",
        "9.0.0\n",
        "9.1٣.0",
    ],
)
def test_wrong_version_is_rejected(checkout: Checkout, version: str, wrong: str) -> None:
    new = version if wrong == "current" else wrong

    outcome = checkout.run("ci/version", new, check=False)

    assert outcome.returncode == 2
    assert f"expected a version X.Y.Z above {version}, got {new!r}\n" in outcome.stderr
    assert checkout.run("git", "status", "--porcelain").stdout == ""


def test_release_without_entries_is_rejected(checkout: Checkout) -> None:
    changelog = checkout.folder / "CHANGELOG.md"
    before, _, after = changelog.read_text(encoding="utf-8").partition("## [Unreleased]\n")
    releases = after.partition("\n## ")[2]
    changelog.write_text(f"{before}## [Unreleased]\n\n## {releases}", encoding="utf-8")

    outcome = checkout.run("ci/version", "77.8.9", check=False)

    assert outcome.returncode == 1
    assert "no entry under [Unreleased]: list what changed first" in outcome.stderr
