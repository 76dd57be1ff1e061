"""Fixtures: a cluster of one node, and the manifests of the example overlay, applied to it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.docs.pages import find_blocks
from tests.kubernetes.conftest import CLUSTER
from tests.kubernetes_cluster.components import build_components, wait_until
from tests.kubernetes_cluster.control_plane import ControlPlane, run_control_plane
from tests.kubernetes_cluster.node import Node, run_node
from tests.machine import ROOT

NAMESPACE: Final = "qa"
IMAGE: Final = "registry.example.test/qa/token-issuer:0.3.0"
SEED: Final = "a seed that only tests use"


@pytest.fixture(scope="session")
def folder() -> Path:
    """Return the folder that the script makes and removes; its path is short, for the sockets."""
    return Path(os.environ["CLUSTER_FOLDER"])


@pytest.fixture(scope="session")
def overlay(folder: Path) -> Path:
    """Return a copy of the example overlay, with the file that its reader has to write."""
    shutil.copytree(CLUSTER, folder / "manifests")
    file = folder / "manifests/example/.env.seed"
    file.write_text(f"TOKEN_ISSUER_KEY_SEED={SEED}\n", encoding="utf-8")
    return file.parent


@pytest.fixture(scope="session")
def plane(folder: Path) -> Iterator[ControlPlane]:
    """Run a control plane with the policies, and with the namespace of the example."""
    with run_control_plane(build_components(), folder) as plane:
        for file in (ROOT / "policy/kubernetes.yaml", CLUSTER / "namespace.yaml"):
            applied = plane.apply(file.read_text(encoding="utf-8"), "default")
            assert applied.returncode == 0, applied.stderr
        wait_until(lambda: is_policy_in_force(plane), *plane.components)
        yield plane


def is_policy_in_force(plane: ControlPlane) -> bool:
    """Return whether the API server applies the policies; it does some time after it has them."""
    command = ("run", "token-issuer", "--image=token-issuer", "--dry-run=server")
    return "'never-ship-dev-only' denied request" in plane.kubectl(*command).stderr


@pytest.fixture(scope="session")
def node(plane: ControlPlane, folder: Path) -> Iterator[Node]:
    """Run a node that has the image."""
    with run_node(plane, folder) as node:
        node.load(os.environ.get("ISSUER_IMAGE", "token-issuer"), IMAGE, folder)
        yield node


@pytest.fixture(scope="session")
def manifests(plane: ControlPlane, overlay: Path) -> str:
    """Return the manifests of the overlay, as kubectl renders them."""
    outcome = plane.kubectl("kustomize", overlay)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


@dataclass(frozen=True)
class Deployed:
    """The manifests of the overlay, applied by the commands of the guide.

    Attributes:
        plane: The control plane.
        output: What the commands printed.
    """

    plane: ControlPlane
    output: str

    def kubectl(self, *arguments: str) -> str:
        """Run kubectl in the namespace, and return its output."""
        outcome = self.plane.kubectl(f"--namespace={NAMESPACE}", *arguments)
        assert outcome.returncode == 0, outcome.stderr
        return outcome.stdout

    @property
    def service(self) -> str:
        """The URL of the Service, which nodes know by its address."""
        (service,) = self.plane.get("services", f"--namespace={NAMESPACE}")["items"]
        return f"http://{service['spec']['clusterIP']}:8081"

    def list_pods(self) -> list[str]:
        """Return the URL of each pod."""
        pods = self.plane.get("pods", f"--namespace={NAMESPACE}")["items"]
        return [f"http://{pod['status']['podIP']}:8081" for pod in pods]

    def wait_for_rollout(self) -> None:
        """Wait until all pods have the newest template."""
        self.kubectl("rollout", "status", "deployment/token-issuer", "--timeout=240s")

    def wait_until_only_three_remain(self) -> None:
        """Wait until the pods that were replaced have ended."""
        wait_until(lambda: len(self.list_pods()) == 3)


@pytest.fixture(scope="session")
def deployed(plane: ControlPlane, node: Node, folder: Path) -> Iterator[Deployed]:
    """Run the blocks `sh cluster` of the guide in a copy of the folder that they name."""
    root = folder / "checkout"
    shutil.copytree(CLUSTER, root / CLUSTER.relative_to(ROOT))
    session = "".join(block.text for block in find_blocks("sh", "cluster"))
    path = f"{plane.binaries}{os.pathsep}{os.environ['PATH']}"
    outcome = subprocess.run(
        ["bash", "-euc", session],
        cwd=root,
        env={**os.environ, "PATH": path, "KUBECONFIG": str(plane.kubeconfig)},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert outcome.returncode == 0, outcome.stderr
    yield Deployed(plane, outcome.stdout)
    plane.kubectl("delete", "namespace", NAMESPACE)  # the node ends the containers
