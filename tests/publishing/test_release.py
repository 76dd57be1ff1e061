"""`ci/release.sh` builds files that an index accepts and a foreign project installs."""

import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

import pytest

from tests.clone import ROOT
from tests.publishing.conftest import TIMEOUT_S, Checkout, make_checkout
from tests.publishing.servers import run_server
from tests.services import find_free_port, read_untraced_environ

pytestmark = [pytest.mark.requirement("OPS-7"), pytest.mark.slow, pytest.mark.timeout(TIMEOUT_S)]

OURS: Final = {"bounded-http", "jwt-core", "proxy-guard", "reference-proxy", "token-issuer"}
USE: Final = """
import jwt_core, jwt_core.remote
assert jwt_core.generate_key(jwt_core.Algorithm.ES256)
"""


@dataclass(frozen=True)
class Release:
    """A release that was built.

    Attributes:
        version: Its version.
        folder: Its files.
        checkout: The clone in which it was built.
    """

    version: str
    folder: Path
    checkout: Checkout


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    checkout = make_checkout(tmp_path_factory, tmp_path_factory.mktemp("release") / "checkout")
    version = checkout.run("ci/version").stdout.strip()
    checkout.run("git", "tag", f"v{version}")
    checkout.run("ci/release.sh", f"v{version}")
    return Release(version, checkout.folder / "dist/release", checkout)


def read_metadata(file: Path) -> Message:
    """Return the metadata of a wheel or an sdist."""
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
            text = wheel.read(name).decode()
    else:
        with tarfile.open(file) as sdist:
            (name,) = (name for name in sdist.getnames() if name.endswith("/PKG-INFO"))
            member = sdist.extractfile(name)
            assert member
            text = member.read().decode()
    return HeaderParser().parsestr(text)


def test_release_has_the_wheels_and_sdists_of_two_packages(release: Release) -> None:
    assert {file.name for file in release.folder.iterdir()} == {
        f"{package}-{release.version}{suffix}"
        for package in ("jwt_core", "proxy_guard")
        for suffix in ("-py3-none-any.whl", ".tar.gz")
    }


def test_metadata_names_no_other_package_of_this_repository(release: Release) -> None:
    for file in release.folder.iterdir():
        metadata = read_metadata(file)
        required = {re.split(r"[^\w.-]", line)[0] for line in metadata.get_all("Requires-Dist", [])}
        assert metadata["Version"] == release.version
        assert metadata["License-Expression"] == "MIT"
        assert not required & OURS, file
        assert "Private" not in str(metadata.get_all("Classifier"))


def test_working_tree_is_unchanged(release: Release) -> None:
    assert release.checkout.run("git", "status", "--porcelain").stdout == ""


@pytest.fixture(scope="module")
def index(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run pypiserver, upload the release with twine, and return the URL of the index."""
    folder = tmp_path_factory.mktemp("index")
    url = f"http://127.0.0.1:{find_free_port()}"
    command: list[str | Path] = [
        *(Path(sys.executable).with_name("pypi-server"), "run", "--interface=127.0.0.1"),
        *(f"--port={url.rpartition(':')[2]}", "--passwords=.", "--authenticate=."),
        *("--disable-fallback", folder),
    ]
    with run_server(command, url, folder.with_suffix(".log"), read_untraced_environ()):
        options = ["--non-interactive", "--username=a", "--password=b", "--repository-url", url]
        upload = [sys.executable, "-m", "twine", "upload", "--disable-progress-bar", *options]
        subprocess.run([*upload, *release.folder.iterdir()], check=True, timeout=TIMEOUT_S)
        yield f"{url}/simple/"


def test_foreign_project_installs_the_release_by_name(
    release: Release, index: str, tmp_path: Path
) -> None:
    # The library that jwt-core needs comes from the real index.
    manifest = '[project]\nname = "service"\nversion = "1"\nrequires-python = ">=3.11"\n'
    (tmp_path / "pyproject.toml").write_text(manifest, encoding="utf-8")
    foreign = Checkout(tmp_path)

    wanted = (f"jwt-core[remote]=={release.version}", f"proxy-guard=={release.version}")
    foreign.run(ROOT / "ci/uv", "add", "--no-cache", "--index", index, *wanted)
    foreign.run(tmp_path / ".venv/bin/python", "-c", USE)
    explained = foreign.run(tmp_path / ".venv/bin/proxy-guard", "explain", "dev_key").stdout

    lock = (tmp_path / "uv.lock").read_text(encoding="utf-8")
    assert lock.count(f'source = {{ registry = "{index}" }}') == 2
    assert explained


def test_wrong_tag_is_rejected(release: Release) -> None:
    outcome = release.checkout.run("ci/release.sh", "v0.0.0", check=False)

    assert outcome.returncode == 2
    assert outcome.stderr == (
        f"ci/release.sh: expected the tag v{release.version} of the newest release in CHANGELOG.md,"
        " got v0.0.0\n"
    )


def test_tag_is_required(release: Release) -> None:
    outcome = release.checkout.run("ci/release.sh", check=False)

    assert (outcome.returncode, outcome.stderr) == (2, "  ci/release.sh TAG\n")


def test_tag_that_git_does_not_have_is_rejected(checkout: Checkout) -> None:
    version = checkout.run("ci/version").stdout.strip()

    outcome = checkout.run("ci/release.sh", f"v{version}", check=False)

    assert outcome.returncode == 2
    assert outcome.stderr == f"ci/release.sh: git has no tag v{version}\n"


def test_tree_that_is_not_the_tag_is_rejected(checkout: Checkout) -> None:
    tag = f"v{checkout.run('ci/version').stdout.strip()}"
    checkout.run("git", "tag", tag)
    with (checkout.folder / "README.md").open("a", encoding="utf-8") as readme:
        readme.write("\n")

    changed = checkout.run("ci/release.sh", tag, check=False)
    checkout.commit("A change after the tag")
    later = checkout.run("ci/release.sh", tag, check=False)

    assert (changed.returncode, later.returncode) == (2, 2)
    assert f"the working tree has changes that {tag} does not contain" in changed.stderr
    assert f"{tag} is not the commit that is checked out" in later.stderr
