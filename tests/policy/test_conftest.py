"""Features of the conftest policy: Compose files, lists, and the labels of namespaces."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.policy.admission import find_codes
from tests.policy.rego import RegoPolicy

pytestmark = pytest.mark.requirement("SEP-3")

ROOT: Final = Path(__file__).resolve().parents[2]
COMPOSE: Final[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data/compose.yaml").read_text(encoding="utf-8")
)
SIMULATOR: Final[dict[str, Any]] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "keys", "namespace": "lab"},
    "spec": {"containers": [{"name": "main", "image": "token-issuer"}]},
}


def describe_namespace(**labels: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab", "labels": labels}}


def combine(*documents: object) -> list[dict[str, object]]:
    return [{"path": "all.yaml", "contents": document} for document in documents]


@pytest.mark.parametrize("case", COMPOSE.values(), ids=COMPOSE.keys())
def test_compose_file(case: dict[str, Any], rego: RegoPolicy) -> None:
    assert find_codes(rego.refuse(case["file"])) == set(case["codes"])


def test_dev_stack_of_this_repository_is_refused(rego: RegoPolicy) -> None:
    stack = yaml.safe_load((ROOT / "docker-compose.yaml").read_text(encoding="utf-8"))

    assert find_codes(rego.refuse(stack)) == {"dev_image", "dev_name", "dev_setting"}


def test_labels_from_a_namespace_manifest_are_used(rego: RegoPolicy) -> None:
    assert rego.refuse(combine(SIMULATOR, describe_namespace(environment="qa"))) == []
    assert rego.refuse(combine(SIMULATOR, describe_namespace(environment="prod")))
    assert rego.refuse(combine(SIMULATOR, describe_namespace(team="qa")))
    assert rego.refuse(combine(SIMULATOR))


def test_labels_from_a_data_file_are_used(rego: RegoPolicy) -> None:
    assert rego.refuse(SIMULATOR, {"namespaces": {"lab": {"environment": "test"}}}) == []
    assert rego.refuse(SIMULATOR, {"namespaces": {"other": {"environment": "test"}}})


def test_production_wins_when_labels_contradict(rego: RegoPolicy) -> None:
    documents = combine(SIMULATOR, describe_namespace(environment="production"))

    assert rego.refuse(documents, {"namespaces": {"lab": {"environment": "qa"}}})


def test_items_of_a_list_are_checked_one_by_one(rego: RegoPolicy) -> None:
    honest = {**SIMULATOR, "spec": {"containers": [{"name": "main", "image": "acme/proxy"}]}}

    messages = rego.refuse({"apiVersion": "v1", "kind": "List", "items": [honest, SIMULATOR]})

    assert len(messages) == 1
    assert messages[0].startswith("[dev_image] Pod lab/keys: ")


def test_workload_of_an_extension_is_checked(rego: RegoPolicy) -> None:
    rollout = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "metadata": {"name": "proxy"},
        "spec": {"template": {"spec": SIMULATOR["spec"]}},
    }

    assert find_codes(rego.refuse(rollout)) == {"dev_image"}


@pytest.mark.parametrize("document", [{}, [], None, "text", {"kind": "Pod"}, {"services": None}])
def test_empty_document_has_no_findings(document: object, rego: RegoPolicy) -> None:
    assert rego.refuse(document) == []


def test_empty_parts_of_a_manifest_have_no_findings(rego: RegoPolicy) -> None:
    manifest = {
        "kind": "Deployment",
        "metadata": {"name": "proxy", "labels": None},
        "spec": {"template": {"metadata": None, "spec": {"containers": [{"env": None}]}}},
    }

    assert rego.refuse(manifest) == []
