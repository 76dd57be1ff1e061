"""The API server accepts the manifests in non-production namespaces, and refuses them elsewhere."""

import json
from typing import Final

import pytest
import yaml

from tests.kubernetes.tools import parse
from tests.kubernetes_cluster.conftest import NAMESPACE
from tests.kubernetes_cluster.control_plane import ControlPlane

pytestmark = pytest.mark.requirement("OPS-8")

PRODUCTION: Final = {
    "unlabelled": None,
    "production": "production",
    "staging": "staging",
    "upper-case": "QA",
}


def make_namespace(name: str, environment: str | None) -> str:
    labels = {} if environment is None else {"environment": environment}
    metadata = {"name": name, "labels": labels}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})


def make_pod(manifests: str) -> str:
    """Return the pod that the controllers would make from the Deployment."""
    (deployment,) = [each for each in parse(manifests) if each["kind"] == "Deployment"]
    template = deployment["spec"]["template"]
    metadata = {**template["metadata"], "generateName": "keys-"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
    return json.dumps(pod)


@pytest.mark.parametrize(("name", "environment"), PRODUCTION.items(), ids=list(PRODUCTION))
def test_production_namespace_refuses_the_manifests(
    name: str, environment: str | None, plane: ControlPlane, manifests: str
) -> None:
    assert plane.apply(make_namespace(name, environment), "default").returncode == 0
    moved = manifests.replace(f"namespace: {NAMESPACE}", f"namespace: {name}")

    outcome = plane.apply(moved, name)
    # Somebody may create pods without a Deployment. Their service account was accepted above.
    pod = plane.kubectl("create", f"--namespace={name}", "--filename=-", text=make_pod(manifests))

    assert outcome.returncode == pod.returncode == 1
    assert "'never-ship-dev-only' denied request" in pod.stderr
    for kind in ("deployments.apps", "services", "secrets"):
        assert f'{kind} "token-issuer' in outcome.stderr
    assert outcome.stderr.count("'never-ship-dev-only' denied request") == 3
    assert "[dev_image] the image names the dev-only token-issuer" in outcome.stderr
    assert plane.get("deployments,services,secrets,pods", f"--namespace={name}")["items"] == []


def test_unknown_field_is_rejected(plane: ControlPlane, manifests: str) -> None:
    outcome = plane.apply(manifests.replace("replicas: 3", "replica: 3"), NAMESPACE)

    assert outcome.returncode == 1
    assert ".spec.replica: field not declared in schema" in outcome.stderr


def test_pod_that_is_less_restricted_is_rejected(plane: ControlPlane, manifests: str) -> None:
    pod = json.loads(make_pod(manifests))
    del pod["spec"]["securityContext"]["runAsNonRoot"]
    (account,) = [each for each in parse(manifests) if each["kind"] == "ServiceAccount"]
    assert plane.apply(json.dumps(account), NAMESPACE).returncode == 0

    outcome = plane.kubectl(
        "create", f"--namespace={NAMESPACE}", "--filename=-", text=json.dumps(pod)
    )

    assert outcome.returncode == 1
    assert 'violates PodSecurity "restricted:latest": runAsNonRoot != true' in outcome.stderr
