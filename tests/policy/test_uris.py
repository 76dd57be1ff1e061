"""The policies and the guard's tables of disguised URIs and of production URIs."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from proxy_guard import urls

from tests.policy.admission import AdmissionPolicy
from tests.policy.rego import RegoPolicy

pytestmark = pytest.mark.requirement("SEP-3")

DATA: Final = Path(__file__).parent / "data"
GUARD_DATA: Final = Path(__file__).resolve().parents[2] / "packages/proxy-guard/tests/data"
MARKS: Final = {
    urls.TOKEN_ISSUER_HOST,
    urls.TOKEN_ISSUER_PATH,
    urls.ISSUER_LOCAL,
    urls.LOCAL_DEV_PORT,
}
DISGUISES: Final[dict[str, str]] = {
    name: uri
    for name, (uri, code) in json.loads((GUARD_DATA / "disguises.json").read_text("utf-8")).items()
    if code in MARKS
}
OUT_OF_REACH: Final[list[str]] = yaml.safe_load((DATA / "out_of_reach.yaml").read_text("utf-8"))
PRODUCTION_URIS: Final[dict[str, str]] = json.loads(
    (GUARD_DATA / "production_uris.json").read_text("utf-8")
)
NO_ADDRESS: Final = "near miss too large octet"  # 127.256.0.1 is not a reachable host


def configure(uri: str) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": "acme/proxy",
        "env": [{"name": "JWT_JWKS_URI", "value": uri}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "proxy"},
        "spec": {"containers": [container]},
    }


@pytest.mark.parametrize("name", DISGUISES)
def test_disguise_is_refused_unless_listed_as_out_of_reach(
    name: str, admission: AdmissionPolicy, rego: RegoPolicy
) -> None:
    manifest = configure(DISGUISES[name])

    refused = [bool(admission.refuse(manifest, {})), bool(rego.refuse(manifest))]

    assert refused == [name not in OUT_OF_REACH] * 2


def test_disguises_out_of_reach_are_few_and_the_guard_refuses_them() -> None:
    assert set(OUT_OF_REACH) <= DISGUISES.keys()
    assert len(OUT_OF_REACH) * 8 < len(DISGUISES)


@pytest.mark.parametrize("name", [name for name in PRODUCTION_URIS if name != NO_ADDRESS])
def test_production_uri_is_allowed(name: str, admission: AdmissionPolicy, rego: RegoPolicy) -> None:
    manifest = configure(PRODUCTION_URIS[name])

    assert admission.refuse(manifest, {}) == []
    assert rego.refuse(manifest) == []
