"""The manifests match the schemas of the API, hold no secret, and can be changed by an overlay."""

import base64
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from kubernetes_validate.utils import ValidationError, all_versions, validate
from packaging.version import Version
from proxy_guard.environment import NON_PRODUCTION_WORDS

from tests.kubernetes.conftest import CLUSTER, SEED, find, find_container
from tests.kubernetes.tools import Manifest, Tools, parse
from tests.machine import ROOT, run

pytestmark = pytest.mark.requirement("OPS-8")

FIRST_VERSION: Final = Version("1.30")
"""The first Kubernetes with the policies of `policy/`, and with the sleep of `preStop`."""
VERSIONS: Final = sorted({v for v in all_versions() if Version(v) >= FIRST_VERSION})
NAMESPACED: Final = {
    "Deployment",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "Secret",
    "Service",
    "ServiceAccount",
}


@pytest.mark.parametrize("version", VERSIONS)
def test_manifests_match_the_schemas_of_the_api(
    version: str, example: list[Manifest], namespace: Manifest
) -> None:
    for manifest in (*example, namespace):
        validate(dict(manifest), version, strict=True)


def test_unknown_field_does_not_match_the_schemas(deployment: Manifest) -> None:
    wrong = {**deployment, "spec": {**deployment["spec"], "replica": 3}}

    with pytest.raises(ValidationError, match="replica"):
        validate(wrong, VERSIONS[-1], strict=True)


def test_overlay_changes_namespace_and_image_and_adds_the_seed(example: list[Manifest]) -> None:
    seed = find("Secret", example)
    container = find_container(find("Deployment", example))
    (variable,) = [v for v in container["env"] if "valueFrom" in v]

    assert {manifest["kind"] for manifest in example} == NAMESPACED
    assert {manifest["metadata"]["namespace"] for manifest in example} == {"qa"}
    assert container["image"] == "registry.example.test/qa/token-issuer:0.3.0"
    assert variable["valueFrom"]["secretKeyRef"] == {
        "name": seed["metadata"]["name"],
        "key": variable["name"],
    }
    assert {name: base64.b64decode(text).decode() for name, text in seed["data"].items()} == {
        "TOKEN_ISSUER_KEY_SEED": SEED
    }


def test_only_the_secret_holds_the_seed(example: list[Manifest]) -> None:
    others = [manifest for manifest in example if manifest["kind"] != "Secret"]
    text = yaml.safe_dump_all(others)

    assert SEED not in text
    assert base64.b64encode(SEED.encode()).decode() not in text


def test_base_holds_no_secret_and_no_volume(base: list[Manifest], deployment: Manifest) -> None:
    assert {manifest["kind"] for manifest in base} == NAMESPACED - {"Secret"}
    assert "volumes" not in deployment["spec"]["template"]["spec"]
    assert not run("git", "ls-files", "--", str(CLUSTER / "example/.env.seed"))


def test_file_of_the_seed_is_ignored_by_git() -> None:
    run("git", "check-ignore", "--quiet", str(CLUSTER / "example/.env.seed"))


def test_overlay_for_production_cannot_relabel_the_namespace(tools: Tools, tmp_path: Path) -> None:
    manifests = render_from_git(tools, tmp_path, namespace="production")

    assert {manifest["metadata"]["namespace"] for manifest in manifests} == {"production"}
    assert "Namespace" not in {manifest["kind"] for manifest in manifests}


def render_from_git(tools: Tools, folder: Path, namespace: str) -> list[Manifest]:
    """Render an overlay in a foreign folder, whose base is the URL of a git repository."""
    repository = folder / "repository"
    base = CLUSTER.relative_to(ROOT) / "base"
    (repository / base).parent.mkdir(parents=True)
    run("cp", "-r", ROOT / base, (repository / base).parent)
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.test", "-C", str(repository))
    for command in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-qm", "base")):
        run(*git, *command)
    overlay: dict[str, Any] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": namespace,
        "resources": [f"file://{repository}//{base}?ref=main"],
    }
    own = folder / "own"
    own.mkdir()
    (own / "kustomization.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
    return parse(tools.render(own))


def test_network_policy_admits_clients_of_non_production_namespaces_only(
    base: list[Manifest], deployment: Manifest
) -> None:
    policy = find("NetworkPolicy", base)["spec"]
    ((rule,), pods) = policy["ingress"], deployment["spec"]["template"]["metadata"]["labels"]
    here, elsewhere = rule["from"]
    (requirement,) = elsewhere["namespaceSelector"]["matchExpressions"]
    (port,) = find_container(deployment)["ports"]

    assert policy["podSelector"]["matchLabels"].items() <= pods.items()
    assert sorted(policy["policyTypes"]) == ["Egress", "Ingress"]
    assert "egress" not in policy
    assert rule["ports"] == [{"port": port["name"]}]
    assert here == {"podSelector": {}}
    assert requirement["key"] == "environment"
    assert requirement["operator"] == "In"
    assert set(requirement["values"]) == NON_PRODUCTION_WORDS
    assert elsewhere["podSelector"]["matchLabels"] == {"token-issuer-client": "true"}


def test_selectors_find_the_pods(base: list[Manifest], deployment: Manifest) -> None:
    pods = deployment["spec"]["template"]["metadata"]["labels"].items()
    (spread,) = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]

    assert find("Service", base)["spec"]["selector"].items() <= pods
    for selector in (
        deployment["spec"]["selector"],
        find("PodDisruptionBudget", base)["spec"]["selector"],
        spread["labelSelector"],
    ):
        assert selector["matchLabels"].items() <= pods
