"""No package of this repository names another one in its metadata."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

pytestmark = pytest.mark.requirement("SEP-6")

ROOT: Final = Path(__file__).resolve().parents[2]
LISTED: Final = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*pyproject.toml"]


def read_manifests() -> dict[str, dict[str, Any]]:
    """Return the manifest of each project that is a package, by name."""
    paths = subprocess.check_output(LISTED, cwd=ROOT, text=True).split()
    manifests = [tomllib.loads((ROOT / path).read_text(encoding="utf-8")) for path in paths]
    return {
        manifest["project"]["name"]: manifest
        for manifest in manifests
        if "build-system" in manifest
    }


def list_published_requirements(manifest: dict[str, Any]) -> set[str]:
    """Return the names that each installer looks up; only uv reads dependency groups."""
    project = manifest["project"]
    extras = project.get("optional-dependencies", {}).values()
    lines = [
        *manifest["build-system"]["requires"],
        *project["dependencies"],
        *(line for extra in extras for line in extra),
    ]
    return {re.split(r"[^\w.-]", line)[0].replace("_", "-").lower() for line in lines}


@pytest.mark.parametrize("name", read_manifests())
def test_package_requires_no_package_of_this_repository(name: str) -> None:
    manifests = read_manifests()

    ours = {"bounded-http", "jwt-core", "proxy-guard", "reference-proxy", "token-issuer"}
    assert ours <= manifests.keys()
    assert list_published_requirements(manifests[name]).isdisjoint(manifests)
