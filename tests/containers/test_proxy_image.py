"""The production image of the reference proxy: small, complete, and without anything else."""

import json
import stat
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.containers.conftest import ROOT, inspect, run_docker

pytestmark = pytest.mark.requirement("OPS-8")

IMAGE: Final = "reference-proxy"
MAX_IMAGE_BYTES: Final = 90_000_000
USER_ID: Final = 65532
EXPORT: Final = ("export", "--quiet", "--locked", "--no-dev", "--no-hashes", "--no-header")
LIST_PACKAGES: Final = """
import importlib.metadata, json
print(json.dumps([each.metadata["Name"] for each in importlib.metadata.distributions()]))
"""
LOAD_COMPILED_MODULES: Final = """
import ctypes, pathlib
for folder in ("/venv", "/usr/lib"):
    for path in pathlib.Path(folder).rglob("*.so"):
        ctypes.CDLL(str(path))
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the unpacked root file system of the image."""
    folder = tmp_path_factory.mktemp("image")
    container = run_docker("create", IMAGE)
    try:
        with subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as export:
            subprocess.run(["tar", "-x", "-p", "-C", folder], stdin=export.stdout, check=True)
    finally:
        run_docker("rm", container)
    return folder


def run_python(code: str) -> str:
    hardened = ("--read-only", "--cap-drop=ALL", "--network=none")
    return run_docker("run", "--rm", *hardened, "--entrypoint=python3", IMAGE, "-c", code)


def normalize(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def test_image_stays_below_its_limit() -> None:
    assert inspect(IMAGE)["Size"] < MAX_IMAGE_BYTES


def test_image_contains_the_packages_of_the_lock() -> None:
    exported = subprocess.check_output(
        [ROOT / "ci/uv", *EXPORT, "--package", "reference-proxy"], cwd=ROOT, text=True
    )
    required = {
        normalize(line.partition("==")[0].strip())
        for line in exported.splitlines()
        if "==" in line and "sys_platform == 'win32'" not in line
    }

    installed = set(map(normalize, json.loads(run_python(LIST_PACKAGES))))

    ours = {"bounded-http", "jwt-core", "proxy-guard", "reference-proxy"}
    assert installed == required | ours


def test_compiled_modules_find_their_libraries() -> None:
    run_python(LOAD_COMPILED_MODULES)


def test_image_trusts_public_authorities() -> None:
    count = "import ssl; print(len(ssl.create_default_context().get_ca_certs()))"

    assert int(run_python(count)) > 100


@pytest.mark.requirement("SEP-4", "OPS-2")
def test_image_contains_nothing_but_the_proxy(files: Path) -> None:
    names = {path.name for path in files.rglob("*") if not path.is_dir()}

    assert not names & {"sh", "bash", "dash", "apt-get", "dpkg", "perl", "uv", "pip", "gcc"}
    assert not [name for name in names if "token-issuer" in name or "token_issuer" in name]


def test_user_of_the_image_can_change_nothing(files: Path) -> None:
    config = inspect(IMAGE)["Config"]
    paths = {path: path.lstat() for path in files.rglob("*") if not path.is_symlink()}

    assert config["User"] == f"{USER_ID}:{USER_ID}"
    assert "NODE_ENV=production" in config["Env"]
    assert {found.st_uid for found in paths.values()} == {0}
    assert not [
        path for path, found in paths.items() if found.st_mode & (stat.S_ISUID | stat.S_ISGID)
    ]
    writable = [path for path, found in paths.items() if found.st_mode & stat.S_IWOTH]
    assert writable == [files / "tmp"]


def test_scanners_find_the_packages_of_debian(files: Path) -> None:
    listed = {path.name for path in (files / "var/lib/dpkg/status.d").iterdir()}

    assert {"libc6", "libssl3t64", "python3.13-minimal"} <= listed
    for name in listed:
        status = (files / "var/lib/dpkg/status.d" / name).read_text(encoding="utf-8")
        assert status.startswith(f"Package: {name}\n")
        assert "\nVersion: " in status
