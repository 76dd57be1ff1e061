"""What is particular to the cluster: its binding, deletion, and the budget of an expression."""

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
"""What the API server lets one expression cost (`PerCallLimit`)."""


def configure(**data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "proxy"}, "data": data}


def test_namespace_is_production_unless_the_words_of_the_guard_say_otherwise(
    admission: AdmissionPolicy,
) -> None:
    (requirement,) = admission.selector["matchExpressions"]

    assert set(requirement["values"]) == NON_PRODUCTION_WORDS
    assert admission.refuse(SIMULATOR, {})
    for word in NON_PRODUCTION_WORDS:
        assert not admission.refuse(SIMULATOR, {"environment": word})


def test_what_is_being_deleted_may_be_updated(admission: AdmissionPolicy) -> None:
    metadata = {"name": "keys", "deletionTimestamp": "2030-01-01T00:00:00Z"}

    assert admission.refuse({**SIMULATOR, "metadata": metadata}, {}) == []


def test_ephemeral_container_is_seen(admission: AdmissionPolicy, rego: RegoPolicy) -> None:
    spec = {
        "containers": [{"name": "main", "image": "acme/proxy"}],
        "ephemeralContainers": [{"name": "debug", "image": "acme/token-issuer"}],
    }

    assert find_codes(admission.refuse({**SIMULATOR, "spec": spec}, {})) == {"dev_image"}
    assert find_codes(rego.refuse({**SIMULATOR, "spec": spec})) == {"dev_image"}
    assert "pods/ephemeralcontainers" in str(admission.spec["matchConstraints"])


def test_large_object_is_read_up_to_a_size_and_by_conftest_beyond(
    admission: AdmissionPolicy, rego: RegoPolicy
) -> None:
    uri = "\nhttp://token-issuer:8081/certs"
    readable = configure(file="x" * 60_000 + uri)
    too_large = configure(file="x" * 70_000 + uri)

    assert find_codes(admission.refuse(readable, {})) == {"dev_setting"}
    assert admission.refuse(too_large, {}) == []
    assert find_codes(rego.refuse(too_large)) == {"dev_setting"}


def test_image_is_judged_however_large_the_settings_are(admission: AdmissionPolicy) -> None:
    env = [{"name": f"A{i}", "value": "x" * 100} for i in range(1000)]
    spec = {"containers": [{"name": "main", "image": "token-issuer", "env": env}]}

    assert find_codes(admission.refuse({**SIMULATOR, "spec": spec}, {})) == {"dev_image"}


def test_search_of_the_largest_text_stays_within_the_budget(admission: AdmissionPolicy) -> None:
    marks = {v["name"]: v["expression"] for v in admission.spec["variables"]}
    size = int(marks["maxTextChars"])

    # k8s.io/apiserver prices `matches` at a tenth of the text times a quarter of the expression.
    def price(length: int, *names: str) -> float:
        return sum(length * 0.1 * len(marks[name].strip('r"')) * 0.25 for name in names)

    assert price(size, "devName", "hiddenHost") < 0.8 * BUDGET
    assert price(size, "encodedName") < 0.8 * BUDGET
    line, lines = int(marks["maxLineChars"]), int(marks["maxLines"])
    assert price(line * lines, "localDevPort", "aboutKeys") < 0.8 * BUDGET


def test_expressions_use_nothing_that_later_versions_of_kubernetes_brought() -> None:
    policy = Path(__file__).resolve().parents[2] / "policy/kubernetes.yaml"
    text = policy.read_text(encoding="utf-8")
    written = re.sub(r"(?s)# ci/policy: marks\n.*?# ci/policy: end", "", text)

    functions = set(re.findall(r"[.\s(!](\w+)\(", written))

    assert functions <= {
        "dyn", "exists", "filter", "findAll", "has", "join", "lowerAscii", "map", "matches", "size",
    }  # fmt: skip
