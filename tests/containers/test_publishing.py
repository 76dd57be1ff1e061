"""The image of the simulator is pushed to a registry and pulled, and production refuses it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from functools import partial
from pathlib import Path
from typing import Any, Final

import proxy_guard
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.containers.conftest import ROOT, inspect, run_docker
from tests.machine import INSTALL_TIMEOUT_S
from tests.policy.admission import AdmissionPolicy, find_codes
from tests.policy.rego import RegoPolicy
from tests.publishing.registry import oras, run_registry
from tests.services import find_free_port, read_untraced_environ

# The first test installs the registry and builds ORAS, and the images unless they are cached.
TIMEOUT_S: Final = INSTALL_TIMEOUT_S + 600
pytestmark = [pytest.mark.requirement("OPS-7"), pytest.mark.timeout(TIMEOUT_S)]

ISSUER: Final = ROOT / "packages/dev-only/token-issuer"
SCRIPT: Final = "ci/publish-simulator.sh"
SBOM_TYPE: Final = "application/vnd.cyclonedx+json"


@dataclass(frozen=True)
class Published:
    """The published image.

    Attributes:
        name: Registry and repository.
        version: The tag.
        digest: What the script printed.
        index: The index in the registry.
        sbom: The SBOM that an OCI client pulled.
    """

    name: str
    version: str
    digest: str
    index: dict[str, Any]
    sbom: dict[str, Any]


def publish(name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, "--allow-dirty", name],
        cwd=ROOT,
        env=read_untraced_environ(),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with run_registry(tmp_path_factory.mktemp("registry")) as address:
        yield address


@pytest.fixture(scope="module")
def published(registry: str, tmp_path_factory: pytest.TempPathFactory) -> Published:
    name = f"{registry}/team/token-issuer"
    outcome = publish(name)
    assert outcome.returncode == 0, outcome.stderr
    printed, _, digest = outcome.stdout.strip().partition("@")
    version = subprocess.check_output(["ci/version"], cwd=ROOT, text=True).strip()
    index = json.loads(oras("manifest", "fetch", f"{name}:{version}"))
    (attached,) = json.loads(oras("discover", "--format", "json", f"{name}:{version}"))["referrers"]
    assert attached["artifactType"] == SBOM_TYPE
    folder = tmp_path_factory.mktemp("sbom")
    oras("pull", "--output", folder, attached["reference"])
    sbom = json.loads((folder / "token-issuer.cdx.json").read_text(encoding="utf-8"))
    assert printed == name
    return Published(name, version, digest, index, sbom)


def test_index_has_both_platforms(published: Published) -> None:
    platforms = [manifest["platform"] for manifest in published.index["manifests"]]

    assert oras("resolve", f"{published.name}:{published.version}").strip() == published.digest
    assert platforms == [
        {"architecture": "amd64", "os": "linux"},
        {"architecture": "arm64", "os": "linux"},
    ]
    assert published.index["annotations"]["dev-only"] == "true"
    assert published.index["annotations"]["org.opencontainers.image.version"] == published.version


@pytest.fixture(scope="module", params=["amd64", "arm64"])
def pulled(request: pytest.FixtureRequest, published: Published) -> Iterator[str]:
    """Pull the image of a platform as others do, and return its ID."""
    image = f"{published.name}:{published.version}"
    run_docker("pull", "--quiet", f"--platform=linux/{request.param}", image)
    described = inspect(image)
    assert f"{published.name}@{published.digest}" in described["RepoDigests"]
    assert described["Architecture"] == request.param
    yield described["Id"]
    run_docker(
        "image", "rm", "--force", described["Id"]
    )  # Docker 20.10 holds one platform a digest


def test_pulled_image_runs_and_has_its_labels(published: Published, pulled: str) -> None:
    labels = inspect(pulled)["Config"]["Labels"]

    shown = run_docker("run", "--rm", pulled, "--version", timeout_s=TIMEOUT_S)
    made = run_docker("run", "--rm", pulled, "make-keys", "/keys", timeout_s=TIMEOUT_S)

    assert shown.split()[:2] == ["token-issuer", published.version]
    assert "/keys" in made
    assert labels["dev-only"] == "true"
    assert labels["org.opencontainers.image.version"] == published.version
    assert labels["org.opencontainers.image.revision"]


def list_distributions(image: str, folder: Path) -> dict[str, str]:
    """Return the version of each Python distribution in an image."""
    container = run_docker("create", image)
    try:
        run_docker("cp", f"{container}:/usr/lib/python3/dist-packages", str(folder))
    finally:
        run_docker("rm", container)
    records = [
        HeaderParser().parsestr(path.read_text(encoding="utf-8"))
        for path in folder.glob("dist-packages/*/METADATA")
    ]
    return {record["Name"].lower().replace("_", "-"): record["Version"] for record in records}


def test_sbom_lists_what_is_in_the_image_and_nothing_else(
    published: Published, pulled: str, tmp_path: Path
) -> None:
    components = published.sbom["components"]
    locked = {
        item["name"]: item["version"]
        for item in components
        if item.get("purl", "").startswith("pkg:pypi/")
    }
    root = published.sbom["metadata"]["component"]

    assert {**locked, "token-issuer": published.version} == list_distributions(pulled, tmp_path)
    assert (root["name"], root["version"]) == ("token-issuer", published.version)
    others = {item["name"] for item in components} - locked.keys()
    assert others == {
        *("bounded-http", "jwt-core", "proxy-guard"),  # bundled
        *(
            "libc6",
            "libgcc-s1",
            "python3.13",
            "zlib1g-dev",
        ),  # of Debian, the last one linked statically
    }
    architecture = inspect(pulled)["Architecture"]
    assert len([item for item in components if f"arch={architecture}" in item.get("purl", "")]) == 4


def test_sbom_has_the_hashes_of_the_lock(published: Published) -> None:
    lock = (ISSUER / "uv.lock").read_text(encoding="utf-8")
    hashes = [
        found["content"]
        for item in published.sbom["components"]
        for reference in item.get("externalReferences", [])
        for found in reference["hashes"]
    ]

    assert len(hashes) > 100
    assert all(f"sha256:{digest}" in lock for digest in hashes)


def test_sbom_is_valid(published: Published) -> None:
    """Check one file of each component, since the validator needs a minute for all of them."""
    components = [
        item | {"externalReferences": item.get("externalReferences", [])[:1]}
        for item in published.sbom["components"]
    ]
    text = json.dumps(published.sbom | {"components": components})

    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(text) is None


def test_scan_refuses_image_and_sbom(published: Published, pulled: str, tmp_path: Path) -> None:
    run_docker("save", "--output", str(tmp_path / "image.tar"), pulled)
    (tmp_path / "service.json").write_text(json.dumps(published.sbom), encoding="utf-8")

    outcome = subprocess.run(
        [sys.executable, "ci/check-separation", "--json", tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_S,
    )  # fmt: skip

    assert outcome.returncode == 1
    findings = json.loads(outcome.stdout)["findings"]
    found = {(Path(f["path"].partition("!")[0]).name, f["check"]) for f in findings}
    assert found >= {
        ("image.tar", "image"),
        ("image.tar", "name"),
        ("image.tar", "path"),
        ("service.json", "manifest"),
    }


def describe_pod(published: Published, labels: dict[str, str]) -> dict[str, Any]:
    image = f"{published.name}:{published.version}@{published.digest}"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "identity", "namespace": "default", "labels": labels},
        "spec": {"containers": [{"name": "main", "image": image}]},
    }


def test_policies_refuse_name_and_label(published: Published, pulled: str) -> None:
    cluster, pipeline = (
        partial(AdmissionPolicy(ROOT / "policy/kubernetes.yaml").refuse, namespace_labels={}),
        RegoPolicy(ROOT / "policy/conftest").refuse,
    )
    label = {"dev-only": inspect(pulled)["Config"]["Labels"]["dev-only"]}

    for labels, codes in (({}, {"dev_image"}), (label, {"dev_image", "dev_label"})):
        pod = describe_pod(published, labels)
        assert find_codes(cluster(pod)) == codes
        assert find_codes(pipeline(pod)) == codes


def test_guard_refuses_the_name_of_the_image_as_a_host(published: Published) -> None:
    """Compose and Kubernetes users name a service after the last part of the image's name."""
    host = published.name.rpartition("/")[2]

    report = proxy_guard.check({"JWT_JWKS_URI": f"https://{host}/certs"}, probe=False)

    assert not report.allowed


def test_published_tag_is_not_replaced(published: Published) -> None:
    outcome = publish(published.name)

    assert outcome.returncode == 2
    assert f"{published.name}:{published.version} is already published" in outcome.stderr
    assert oras("resolve", f"{published.name}:{published.version}").strip() == published.digest


def test_registry_that_cannot_be_reached_is_named_before_anything_is_built() -> None:
    registry = f"localhost:{find_free_port()}"

    outcome = publish(f"{registry}/example/token-issuer")

    assert outcome.returncode == 2
    assert f"{registry} did not say whether it has this tag" in outcome.stderr
    assert "building" not in outcome.stderr
