"""Both policies have the same findings for each manifest."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.policy.admission import AdmissionPolicy, find_codes
from tests.policy.rego import RegoPolicy

pytestmark = pytest.mark.requirement("SEP-3")

DATA: Final = Path(__file__).parent / "data"
Case = dict[str, Any]
REFUSED: Final[dict[str, Case]] = yaml.safe_load(
    (DATA / "refused.yaml").read_text(encoding="utf-8")
)
ALLOWED: Final[dict[str, Case]] = yaml.safe_load(
    (DATA / "allowed.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_cluster_refuses(case: Case, admission: AdmissionPolicy) -> None:
    messages = admission.refuse(case["manifest"], case.get("namespace", {}))

    assert find_codes(messages) == set(case["codes"])


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_conftest_refuses(case: Case, rego: RegoPolicy) -> None:
    namespaces = {"default": case.get("namespace", {})}

    messages = rego.refuse(case["manifest"], {"namespaces": namespaces})

    assert find_codes(messages) == set(case["codes"])


@pytest.mark.parametrize("case", ALLOWED.values(), ids=ALLOWED.keys())
def test_cluster_allows(case: Case, admission: AdmissionPolicy) -> None:
    assert admission.refuse(case["manifest"], case.get("namespace", {})) == []


@pytest.mark.parametrize("case", ALLOWED.values(), ids=ALLOWED.keys())
def test_conftest_allows(case: Case, rego: RegoPolicy) -> None:
    namespaces = {"default": case.get("namespace", {})}

    assert rego.refuse(case["manifest"], {"namespaces": namespaces}) == []


def test_messages_name_the_setting_and_the_remedy(
    admission: AdmissionPolicy, rego: RegoPolicy
) -> None:
    manifest = REFUSED["URI of the keys"]["manifest"]

    for messages in (admission.refuse(manifest, {}), rego.refuse(manifest)):
        assert len(messages) == 1
        assert "JWT_JWKS_URI of container main" in messages[0]
        assert "Remedy: set it to the URI of your production identity provider" in messages[0]
        assert "http" not in messages[0], "a value may be a secret"
