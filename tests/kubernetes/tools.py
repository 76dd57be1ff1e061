"""Tools of Kubernetes, built from Go modules: kustomize, and the evaluator of Pod Security."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from tests.machine import ROOT, build_once, find_command, run

SOURCES: Final = Path(__file__).parent / "go"
BUILT: Final = ROOT / ".cache/kubernetes"
KUSTOMIZE: Final = "sigs.k8s.io/kustomize/kustomize/v5"
Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class Tools:
    """The folder that contains the programs."""

    folder: Path

    def render(self, folder: Path) -> str:
        """Return the manifests of a kustomization, as `kubectl apply -k` sends them."""
        return run(self.folder / "kustomize", "build", folder)

    def judge(self, deployment: Manifest) -> list[str]:
        """Return the reasons why the level `restricted` refuses the pods of *deployment*."""
        outcome = subprocess.run(
            [self.folder / "restricted"],
            input=yaml.safe_dump(deployment),
            capture_output=True,
            text=True,
            check=True,
        )
        return outcome.stdout.splitlines()


def build_tools() -> Tools:
    """Build the programs, or return those of an earlier run with the same sources.

    Raises:
        MissingError: Go is missing, or the build fails.
    """
    return Tools(build_once(BUILT, SOURCES.iterdir(), _build))


def _build(folder: Path) -> None:
    go = find_command("go", "install Go 1.25 or newer")
    environ = {**os.environ, "CGO_ENABLED": "0"}
    for package in (".", KUSTOMIZE):
        command = (go, "build", "-mod=readonly", "-o", f"{folder}/", package)
        run(*command, cwd=SOURCES, environ=environ)


def parse(text: str) -> list[Manifest]:
    """Return the manifests in *text*."""
    return list(yaml.safe_load_all(text))
