"""Installation of the verifiers from PyPI, npm and Debian into this checkout, without root."""

import json
import sys
from pathlib import Path
from typing import Final

from tests.machine import ROOT, find_command, install_debian, run
from tests.verifiers.catalogue import Runtime, Verifier

HERE: Final = Path(__file__).parent
PYTHON: Final = HERE / "python/.venv/bin/python"
NODE_PROJECT: Final = HERE / "node"
DEBIAN: Final = ROOT / ".cache/verifiers/debian"
UNPACKED: Final = DEBIAN / "root"
DEBIAN_PACKAGES: Final = ("apache2-bin", "libapache2-mod-auth-openidc", "haproxy")


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
            install_debian(*DEBIAN_PACKAGES, folder=DEBIAN)


def read_versions(verifier: Verifier) -> dict[str, str]:
    """Return the installed version of each package of a verifier."""
    match verifier.runtime:
        case Runtime.WORKSPACE:
            return read_python_versions(sys.executable, verifier.packages)
        case Runtime.PYTHON:
            return read_python_versions(str(PYTHON), verifier.packages)
        case Runtime.NODE:
            return {name: read_node_version(NODE_PROJECT, name) for name in verifier.packages}
        case Runtime.DEBIAN:
            return {name: read_debian_version(name) for name in verifier.packages}


def read_python_versions(python: str, names: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of packages in a Python environment."""
    code = "import sys; from importlib.metadata import version as v; print(*map(v, sys.argv[1:]))"
    versions = run(python, "-c", code, *names).split()
    return dict(zip(names, versions, strict=True))


def read_node_version(project: Path, name: str) -> str:
    """Return the version of a package in `node_modules`."""
    manifest = project / "node_modules" / name / "package.json"
    version: str = json.loads(manifest.read_text(encoding="utf-8"))["version"]
    return version


def read_debian_version(name: str) -> str:
    """Return the version of an unpacked package."""
    (archive,) = (DEBIAN / "archives").glob(f"{name}_*.deb")
    return run("dpkg-deb", "--field", archive, "Version").strip()
