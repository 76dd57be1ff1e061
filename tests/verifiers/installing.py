"""Installation of the verifiers from PyPI, npm and Debian into this checkout, without root."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.verifiers.catalogue import Runtime, Verifier

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent.parent
PYTHON: Final = HERE / "python/.venv/bin/python"
NODE_PROJECT: Final = HERE / "node"
DEBIAN: Final = ROOT / ".cache/verifiers/debian"
UNPACKED: Final = DEBIAN / "root"
DEBIAN_PACKAGES: Final = ("apache2-bin", "libapache2-mod-auth-openidc", "haproxy")
INSTALL_TIMEOUT_S: Final = 300


class MissingError(Exception):
    """A requirement of the verifiers is missing; the message has the remedy."""


def install(runtime: Runtime) -> None:
    """Install the verifiers of a runtime.

    Raises:
        MissingError: The machine lacks a requirement, or an installer fails.
    """
    match runtime:
        case Runtime.WORKSPACE:
            find_command("reference-proxy", "run ci/verifiers.sh, which installs it")
        case Runtime.PYTHON:
            run(ROOT / "ci/uv", "sync", "--quiet", "--locked", "--project", HERE / "python")
        case Runtime.NODE:
            npm = find_command("npm", "run ci/verifiers.sh, which installs Node")
            run(npm, "ci", "--silent", "--no-audit", "--no-fund", cwd=NODE_PROJECT)
        case Runtime.DEBIAN:
            install_debian()


def install_debian() -> None:
    """Unpack the packages, and their dependencies that the machine lacks, into a folder."""
    find_command("apt-get", "Apache and HAProxy come from Debian 12; run this on Debian 12")
    if UNPACKED.exists():
        return
    lists, archives = DEBIAN / "lists", DEBIAN / "archives"
    for folder in (lists / "partial", archives / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    apt = (
        "apt-get",
        f"--option=Dir::State::Lists={lists}",
        f"--option=Dir::Cache={DEBIAN}",
        "--option=APT::Sandbox::User=",  # the user _apt may not write into the folder
        "--quiet=2",
    )
    run(*apt, "update")
    wanted = ("install", "--reinstall", "--yes", "--no-install-recommends", *DEBIAN_PACKAGES)
    listing = run(*apt, "--print-uris", *wanted)
    names = re.findall(r"^'\S+' ([^_\s]+)_\S+\.deb ", listing, re.MULTILINE)
    run(*apt, "download", *names, cwd=archives)
    partial = UNPACKED.with_name("partial")
    shutil.rmtree(partial, ignore_errors=True)
    for archive in archives.glob("*.deb"):
        run("dpkg-deb", "--extract", archive, partial)
    partial.rename(UNPACKED)


def build_debian_environ() -> dict[str, str]:
    """Return the environment variables with which unpacked programs find their libraries."""
    folders = UNPACKED.glob("usr/lib/*-linux-gnu")
    return {"LD_LIBRARY_PATH": ":".join(map(str, folders))}


def read_versions(verifier: Verifier) -> dict[str, str]:
    """Return the installed version of each package of a verifier."""
    match verifier.runtime:
        case Runtime.WORKSPACE:
            return read_python_versions(sys.executable, verifier.packages)
        case Runtime.PYTHON:
            return read_python_versions(str(PYTHON), verifier.packages)
        case Runtime.NODE:
            return {name: read_node_version(name) for name in verifier.packages}
        case Runtime.DEBIAN:
            return {name: read_debian_version(name) for name in verifier.packages}


def read_python_versions(python: str, names: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of packages in a Python environment."""
    code = "import sys; from importlib.metadata import version as v; print(*map(v, sys.argv[1:]))"
    versions = run(python, "-c", code, *names).split()
    return dict(zip(names, versions, strict=True))


def read_node_version(name: str) -> str:
    """Return the version of a package in `node_modules`."""
    manifest = NODE_PROJECT / "node_modules" / name / "package.json"
    version: str = json.loads(manifest.read_text(encoding="utf-8"))["version"]
    return version


def read_debian_version(name: str) -> str:
    """Return the version of an unpacked package."""
    (archive,) = (DEBIAN / "archives").glob(f"{name}_*.deb")
    return run("dpkg-deb", "--field", archive, "Version").strip()


def find_command(name: str, remedy: str) -> str:
    """Return the path of a command.

    Raises:
        MissingError: The command is missing; the message has the remedy.
    """
    path = shutil.which(name)
    if path is None:
        message = f"{name} is missing: {remedy}"
        raise MissingError(message)
    return path


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a command and return its output.

    Raises:
        MissingError: The command fails; the message has its error output.
    """
    outcome = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=INSTALL_TIMEOUT_S
    )
    if outcome.returncode:
        message = f"{' '.join(map(str, command[:4]))} … failed: {outcome.stderr.strip()}"
        raise MissingError(message)
    return outcome.stdout
