"""Installation of the clients from npm, PyPI, the Go module proxy and Maven Central.

Each has its versions locked: `package-lock.json`, `uv.lock`, `go.sum`, and a parent POM of Spring
Boot that fixes the version of each dependency.
"""

import os
from enum import StrEnum
from pathlib import Path
from typing import Final

from tests.machine import ROOT, find_command, run

HERE: Final = Path(__file__).parent
BUILT: Final = ROOT / ".cache/oidc-clients"
NODE_PROJECT: Final = HERE / "node"
PYTHON: Final = HERE / "python/.venv/bin/python"
GO_CLIENT: Final = BUILT / "go/client"
GO_KEY_SETS: Final = BUILT / "go/keysets"
SPRING: Final = BUILT / "spring"


class Runtime(StrEnum):
    """Runtime of a client, and the source of its packages."""

    NODE = "npm"
    PYTHON = "PyPI"
    GO = "the Go module proxy"
    JAVA = "Maven Central"


def install(runtime: Runtime) -> None:
    """Install the clients of a runtime.

    Raises:
        MissingError: The machine lacks a requirement, or an installer fails.
    """
    match runtime:
        case Runtime.NODE:
            npm = find_command("npm", "run ci/oidc-clients.sh, which installs Node")
            run(npm, "ci", "--silent", "--no-audit", "--no-fund", cwd=NODE_PROJECT)
        case Runtime.PYTHON:
            run(ROOT / "ci/uv", "sync", "--quiet", "--locked", "--project", HERE / "python")
        case Runtime.GO:
            go = find_command("go", "install Go 1.25 or newer")
            # A static binary, which also runs in a container.
            environ = {**os.environ, "CGO_ENABLED": "0"}
            for target, package in ((GO_CLIENT, "."), (GO_KEY_SETS, "./keysets")):
                command = (go, "build", "-mod=readonly", "-o", target, package)
                run(*command, cwd=HERE / "go", environ=environ)
        case Runtime.JAVA:
            find_command("java", "install a JDK, version 17 or newer")
            maven = find_command("mvn", "install Maven 3.8 or newer")
            goals = ("compile", "dependency:copy-dependencies")
            run(maven, "--batch-mode", "--quiet", *goals, cwd=HERE / "spring")
