"""Fixtures: the manifests of the base and of the example overlay, as kustomize renders them."""

import shutil
from typing import Final

import pytest

from tests.kubernetes.tools import Manifest, Tools, build_tools, parse
from tests.machine import ROOT
from tests.policy.conftest import admission, rego  # noqa: F401  # fixtures

CLUSTER: Final = ROOT / "packages/dev-only/token-issuer/clusters/kubernetes"
SEED: Final = "a seed that only tests use"


@pytest.fixture(scope="session")
def tools() -> Tools:
    return build_tools()


@pytest.fixture(scope="session")
def base(tools: Tools) -> list[Manifest]:
    return parse(tools.render(CLUSTER / "base"))


@pytest.fixture(scope="session")
def example(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> list[Manifest]:
    """Return the manifests of the overlay, with the file that its reader has to write."""
    copy = tmp_path_factory.mktemp("cluster") / "kubernetes"
    shutil.copytree(CLUSTER, copy)
    (copy / "example/.env.seed").write_text(f"TOKEN_ISSUER_KEY_SEED={SEED}\n", encoding="utf-8")
    return parse(tools.render(copy / "example"))


@pytest.fixture(scope="session")
def deployment(base: list[Manifest]) -> Manifest:
    return find("Deployment", base)


@pytest.fixture(scope="session")
def namespace() -> Manifest:
    (manifest,) = parse((CLUSTER / "namespace.yaml").read_text(encoding="utf-8"))
    return manifest


def find(kind: str, manifests: list[Manifest]) -> Manifest:
    """Return the only manifest of a kind."""
    (manifest,) = [manifest for manifest in manifests if manifest["kind"] == kind]
    return manifest


def find_container(deployment: Manifest) -> Manifest:
    """Return the only container of a Deployment."""
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert isinstance(container, dict)
    return container
