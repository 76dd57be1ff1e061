"""The policy for Kyverno has the expressions of that for the cluster, so their verdicts agree.

`ci/foreign-tools.sh` runs it in Kyverno.
"""

from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.policy.admission import AdmissionPolicy

pytestmark = pytest.mark.requirement("OPS-7")

POLICY: Final = Path(__file__).resolve().parents[2] / "policy/kyverno.yaml"


def test_policy_for_kyverno_is_that_of_the_cluster(admission: AdmissionPolicy) -> None:
    policy = yaml.safe_load(POLICY.read_text(encoding="utf-8"))
    spec = policy["spec"]

    assert (policy["apiVersion"], policy["kind"]) == (
        "policies.kyverno.io/v1",
        "ValidatingPolicy",
    )
    assert spec.pop("validationActions") == ["Deny"]
    assert spec.pop("autogen") == {"podControllers": {"controllers": []}}
    assert spec["matchConstraints"].pop("namespaceSelector") == admission.selector
    assert spec == admission.spec
