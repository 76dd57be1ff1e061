"""The policies of `policy/` refuse the manifests in production, and allow them elsewhere."""

import copy
from typing import Any, Final

import pytest

from tests.kubernetes.conftest import find, find_container
from tests.kubernetes.tools import Manifest
from tests.policy.admission import AdmissionPolicy, find_codes
from tests.policy.rego import RegoPolicy

pytestmark = pytest.mark.requirement("OPS-8")

PRODUCTION: Final[list[dict[str, str]]] = [
    {},
    {"environment": "production"},
    {"environment": "staging"},
    {"environment": "QA"},
    {"env": "qa"},
]
CLUSTER_CODES: Final = {
    "Deployment": {"dev_image", "dev_label", "dev_name", "dev_setting"},
    "Service": {"dev_label", "dev_name"},
    "Secret": {"dev_name"},
    # These kinds run nothing; the policy of the cluster does not match them.
    "NetworkPolicy": set(),
    "PodDisruptionBudget": set(),
    "ServiceAccount": set(),
}
PIPELINE_CODES: Final = CLUSTER_CODES | {
    "NetworkPolicy": {"dev_label", "dev_name"},
    "PodDisruptionBudget": {"dev_label", "dev_name"},
    "Secret": {"dev_name", "dev_setting"},  # which the pipeline decodes
    "ServiceAccount": {"dev_label", "dev_name"},
}


@pytest.mark.parametrize("labels", PRODUCTION, ids=str)
def test_production_namespace_refuses_the_manifests(
    labels: dict[str, str], example: list[Manifest], admission: AdmissionPolicy, rego: RegoPolicy
) -> None:
    data = {"namespaces": {"qa": labels}}
    in_cluster = {m["kind"]: find_codes(admission.refuse(m, labels)) for m in example}
    in_pipeline = {m["kind"]: find_codes(rego.refuse(m, data)) for m in example}

    assert in_cluster == CLUSTER_CODES
    assert in_pipeline == PIPELINE_CODES


def test_namespace_of_the_example_allows_the_manifests(
    example: list[Manifest], namespace: Manifest, admission: AdmissionPolicy, rego: RegoPolicy
) -> None:
    labels = namespace["metadata"]["labels"]
    files = [{"path": "all.yaml", "contents": manifest} for manifest in (*example, namespace)]

    assert [message for m in example for message in admission.refuse(m, labels)] == []
    assert rego.refuse(files) == []


def test_pods_of_the_template_are_refused_as_well(
    deployment: Manifest, admission: AdmissionPolicy
) -> None:
    """An operator or a controller may create pods where no Deployment was refused."""
    template = deployment["spec"]["template"]
    metadata = {**template["metadata"], "generateName": "keys-"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}

    assert find_codes(admission.refuse(pod, {})) == CLUSTER_CODES["Deployment"]


def test_neutral_image_is_refused_by_its_labels_and_names(
    deployment: Manifest, admission: AdmissionPolicy, rego: RegoPolicy
) -> None:
    renamed: dict[str, Any] = copy.deepcopy(dict(deployment))
    find_container(renamed)["image"] = "registry.example.test/keys"  # type: ignore[index]  # any JSON

    codes = CLUSTER_CODES["Deployment"] - {"dev_image"}
    assert find_codes(admission.refuse(renamed, {})) == codes
    assert find_codes(rego.refuse(renamed)) == codes


def test_client_label_is_refused_in_production(
    base: list[Manifest], admission: AdmissionPolicy, rego: RegoPolicy
) -> None:
    rule = find("NetworkPolicy", base)["spec"]["ingress"][0]["from"][1]
    proxy = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "proxy", "labels": rule["podSelector"]["matchLabels"]},
        "spec": {"containers": [{"name": "main", "image": "acme/proxy"}]},
    }

    assert find_codes(admission.refuse(proxy, {})) == {"dev_name"}
    assert find_codes(rego.refuse(proxy)) == {"dev_name"}
    assert admission.refuse(proxy, {"environment": "test"}) == []
