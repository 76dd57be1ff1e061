"""The scan refuses the manifests among what is shipped: as files, and as kustomize renders them."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.kubernetes.conftest import CLUSTER
from tests.kubernetes.tools import Manifest
from tests.separation.artefacts import scan

pytestmark = pytest.mark.requirement("OPS-8", "SEP-3")


def test_scan_finds_each_file(tmp_path: Path) -> None:
    shutil.copytree(CLUSTER, tmp_path / "deploy")
    files = {str(path) for path in (tmp_path / "deploy").rglob("*.yaml")}

    scanned = scan(tmp_path)

    assert scanned.exit_code == 1
    assert {path for _, path in scanned.findings} == files


def test_scan_finds_each_rendered_manifest(example: list[Manifest], tmp_path: Path) -> None:
    for manifest in example:
        file = tmp_path / f"{manifest['kind']}.yaml"
        file.write_text(yaml.safe_dump(dict(manifest)), encoding="utf-8")

    found = {Path(path).stem for _, path in scan(tmp_path).findings}

    assert found == {manifest["kind"] for manifest in example}
