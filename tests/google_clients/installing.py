"""Installation of the clients from PyPI, npm, the Go module proxy and Maven Central.

Each has its versions locked: `uv.lock`, `package-lock.json`, `go.sum`, and the version of the only
dependency in `pom.xml`, whose own POMs fix those of theirs.
"""

import os
import shutil
from pathlib import Path
from typing import Final

from tests.machine import ROOT, MissingError, find_command, run

HERE: Final = Path(__file__).parent
BUILT: Final = ROOT / ".cache/google-clients"
PYTHON: Final = HERE / "python/.venv/bin/python"
NODE_PROJECT: Final = HERE / "node"
GO_CLIENT: Final = BUILT / "go/client"
JAVA: Final = BUILT / "java"

RUN_SCRIPT: Final = "run ci/google-clients.sh, which installs Node"
MIN_NODE: Final = (22, 21)
"""The first version that reads NODE_USE_ENV_PROXY."""


def install_python() -> None:
    """Install google-auth and firebase-admin for Python."""
    run(ROOT / "ci/uv", "sync", "--quiet", "--locked", "--project", HERE / "python")


def install_node() -> None:
    """Install google-auth-library and firebase-admin for Node, without their optional packages."""
    npm = find_command("npm", RUN_SCRIPT)
    options = ("--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional")
    run(npm, "ci", *options, cwd=NODE_PROJECT)


def install_go() -> None:
    """Build the Go client."""
    go = find_command("go", "install Go 1.26 or newer")
    environ = {**os.environ, "CGO_ENABLED": "0"}
    run(go, "build", "-mod=readonly", "-o", GO_CLIENT, cwd=HERE / "go", environ=environ)


def install_java() -> None:
    """Compile the Java client, and copy its dependencies."""
    find_command("java", "install a JDK, version 17 or newer")
    maven = find_command("mvn", "install Maven 3.8 or newer")
    goals = ("compile", "dependency:copy-dependencies")
    run(maven, "--batch-mode", "--quiet", *goals, cwd=HERE / "java")


def find_node() -> str:
    """Return the path of a Node that reads NODE_USE_ENV_PROXY.

    Raises:
        MissingError: There is none.
    """
    for node in list_nodes():
        if read_version(node) >= MIN_NODE:
            return node
    message = f"Node {'.'.join(map(str, MIN_NODE))} or newer is missing: {RUN_SCRIPT}"
    raise MissingError(message)


def find_older_node() -> str | None:
    """Return the path of a Node 20 that does not read NODE_USE_ENV_PROXY, if there is one."""
    return next((node for node in list_nodes() if read_version(node)[0] == 20), None)


def list_nodes() -> list[str]:
    """Return the paths of the commands `node`, in the order of PATH."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    found = (shutil.which("node", path=folder) for folder in folders)
    return list(dict.fromkeys(node for node in found if node))


def read_version(node: str) -> tuple[int, ...]:
    """Return the version of a Node: `(24, 19, 0)`."""
    return tuple(map(int, run(node, "--version").strip().removeprefix("v").split(".")))
