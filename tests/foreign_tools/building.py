"""Tools that are Go modules, built from the source in the module proxy.

The `go.mod` and `go.sum` of a tool fix the versions of all modules. `go install` would not build
tools that replace modules.
"""

import fcntl
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.machine import ROOT, MissingError, find_command

FOLDER: Final = ROOT / ".cache/foreign-tools"
BUILD_TIMEOUT_S: Final = 1500


@dataclass(frozen=True)
class Tool:
    """A command that is part of a Go module.

    Attributes:
        name: Name of the command.
        module: The module.
        version: Its version.
        package: The package of the command, relative to the module.
    """

    name: str
    module: str
    version: str
    package: str = "."


GITLEAKS: Final = Tool("gitleaks", "github.com/zricethezav/gitleaks/v8", "v8.30.1")
TRUFFLEHOG: Final = Tool("trufflehog", "github.com/trufflesecurity/trufflehog/v3", "v3.97.0")
KYVERNO: Final = Tool(
    "kyverno", "github.com/kyverno/kyverno", "v1.19.1", "./cmd/cli/kubectl-kyverno"
)
CONFTEST: Final = Tool("conftest", "github.com/open-policy-agent/conftest", "v0.71.1")
COSIGN: Final = Tool("cosign", "github.com/sigstore/cosign/v3", "v3.1.3", "./cmd/cosign")


def build(tool: Tool) -> Path:
    """Return the path of the built command.

    Raises:
        MissingError: Go is missing, or the module cannot be downloaded or built.
    """
    command = FOLDER / f"{tool.name}-{tool.version}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{tool.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not command.exists():
            _build(tool, command)
    return command


def _build(tool: Tool, command: Path) -> None:
    go = find_command("go", "install Go 1.26 or newer")
    module = f"{tool.module}@{tool.version}"
    downloaded = json.loads(_run([go, "mod", "download", "-json", module], FOLDER))
    source, draft = FOLDER / f"{tool.name}.source", command.with_suffix(".draft")
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(downloaded["Dir"], source, copy_function=shutil.copyfile)
    for folder in (source, *(path for path in source.rglob("*") if path.is_dir())):
        folder.chmod(0o755)  # those of the module cache are read-only
    options = ("-trimpath", "-ldflags=-s -w", "-o", draft)
    _run(["nice", "-n", "15", go, "build", *options, tool.package], source)
    draft.replace(command)
    shutil.rmtree(source)


def _run(command: list[str | Path], folder: Path) -> str:
    """Run a command of Go that uses one core and no C compiler, and return its output."""
    environ = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-p=1 -buildvcs=false"}
    try:
        outcome = subprocess.run(
            command, cwd=folder, env=environ, capture_output=True, text=True, check=False,
            timeout=BUILD_TIMEOUT_S,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        message = f"not built within {BUILD_TIMEOUT_S} s"
        raise MissingError(message) from error
    if outcome.returncode:
        message = (outcome.stderr or outcome.stdout).strip().splitlines()[-1]
        raise MissingError(message)
    return outcome.stdout
