"""Features of the cluster policy: its binding, deletion, and the cost budget of an expression."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from proxy_guard.environment import NON_PRODUCTION_WORDS

from tests.policy.admission import AdmissionPolicy, find_codes
from tests.policy.rego import RegoPolicy

pytestmark = pytest.mark.requirement("SEP-3")

SIMULATOR: Final[dict[str, Any]] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "keys"},
    "spec": {"containers": [{"name": "main", "image": "token-issuer"}]},
}
BUDGET: Final = 1_000_000
"""Cost limit of an expression in the API server (`PerCallLimit`)."""


def configure(**data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "proxy"}, "data": data}


def test_namespace_is_production_unless_its_label_is_a_word_of_the_guard(
    admission: AdmissionPolicy,
) -> None:
    (requirement,) = admission.selector["matchExpressions"]

    assert set(requirement["values"]) == NON_PRODUCTION_WORDS
    assert admission.refuse(SIMULATOR, {})
    for word in NON_PRODUCTION_WORDS:
        assert not admission.refuse(SIMULATOR, {"environment": word})


def test_object_being_deleted_may_be_updated(admission: AdmissionPolicy) -> None:
    metadata = {"name": "keys", "deletionTimestamp": "2030-01-01T00:00:00Z"}

    assert admission.refuse({**SIMULATOR, "metadata": metadata}, {}) == []


def test_ephemeral_container_is_checked(admission: AdmissionPolicy, rego: RegoPolicy) -> None:
    spec = {
        "containers": [{"name": "main", "image": "acme/proxy"}],
        "ephemeralContainers": [{"name": "debug", "image": "acme/token-issuer"}],
    }

    assert find_codes(admission.refuse({**SIMULATOR, "spec": spec}, {})) == {"dev_image"}
    assert find_codes(rego.refuse({**SIMULATOR, "spec": spec})) == {"dev_image"}
    assert "pods/ephemeralcontainers" in str(admission.spec["matchConstraints"])


@pytest.mark.slow
@pytest.mark.timeout(600)  # 15 s of CPU, which a busy machine stretches
def test_object_above_the_size_limit_is_searched_by_conftest_only(
    admission: AdmissionPolicy, rego: RegoPolicy
) -> None:
    uri = "\nhttp://token-issuer:8081/certs"
    readable = configure(file="x" * 60_000 + uri)
    too_large = configure(file="x" * 70_000 + uri)

    assert find_codes(admission.refuse(readable, {})) == {"dev_setting"}
    assert admission.refuse(too_large, {}) == []
    assert find_codes(rego.refuse(too_large)) == {"dev_setting"}


def test_image_is_checked_whatever_the_size_of_the_settings(admission: AdmissionPolicy) -> None:
    env = [{"name": f"A{i}", "value": "x" * 100} for i in range(1000)]
    spec = {"containers": [{"name": "main", "image": "token-issuer", "env": env}]}

    assert find_codes(admission.refuse({**SIMULATOR, "spec": spec}, {})) == {"dev_image"}


def test_search_of_the_largest_text_stays_within_the_budget(admission: AdmissionPolicy) -> None:
    marks = {v["name"]: v["expression"] for v in admission.spec["variables"]}
    size = int(marks["maxTextChars"])

    # In k8s.io/apiserver, the cost of `matches` is 1/10 of the text length times 1/4 of the
    # pattern length.
    def price(length: int, *names: str) -> float:
        return sum(length * 0.1 * len(marks[name].strip('r"')) * 0.25 for name in names)

    assert price(size, "nameLine", "devNameInSetting", "otherIssuer") < 0.8 * BUDGET
    assert price(size, "hiddenHost") < 0.8 * BUDGET
    assert price(size, "encodedName") < 0.8 * BUDGET
    assert price(2 * size, "certificate") < 0.8 * BUDGET
    line, lines = int(marks["maxLineChars"]), int(marks["maxLines"])
    assert price(line * lines, "localDevPort", "aboutKeys") < 0.8 * BUDGET


def test_expressions_use_no_feature_of_later_kubernetes_versions() -> None:
    policy = Path(__file__).resolve().parents[2] / "policy/kubernetes.yaml"
    text = policy.read_text(encoding="utf-8")
    written = re.sub(r"(?s)# ci/policy: marks\n.*?# ci/policy: end", "", text)

    functions = set(re.findall(r"[.\s(!](\w+)\(", written))

    assert functions <= {
        "dyn", "exists", "filter", "findAll", "has", "join", "lowerAscii", "map", "matches",
        "replace", "size",
    }  # fmt: skip
