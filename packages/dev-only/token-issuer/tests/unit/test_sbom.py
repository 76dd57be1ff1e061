# DEV-ONLY: never ship to production.
"""The SBOM lists what the metadata of the image says, with the details of the lock.

`tests/containers/test_publishing.py` compares the SBOM with real images.
"""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

pytestmark = pytest.mark.requirement("OPS-7")

SCRIPT: Final = Path(__file__).parents[2] / "image/sbom.py"
LOCK: Final = {
    "specVersion": "1.5",
    "metadata": {
        "tools": [{"name": "uv"}],
        "component": {"bom-ref": "issuer", "name": "token-issuer", "version": "1"},
    },
    "components": [
        {"bom-ref": "dotenv", "name": "python-dotenv", "version": "2"},
        {"bom-ref": "faker", "name": "faker", "version": "3"},
    ],
    "dependencies": [
        {"ref": "issuer", "dependsOn": ["dotenv", "faker"]},
        {"ref": "dotenv"},
        {"ref": "faker", "dependsOn": ["dotenv"]},
    ],
}


@pytest.fixture
def sbom() -> ModuleType:
    spec = spec_from_loader("sbom", SourceFileLoader("sbom", str(SCRIPT)))
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_root(folder: Path, architecture: str, **distributions: str) -> Path:
    """Write the metadata of an image with *distributions* and libc."""
    root = folder / architecture
    for name, version in {"token_issuer": "1", **distributions}.items():
        metadata = root / f"usr/lib/python3/dist-packages/{name}-{version}.dist-info/METADATA"
        metadata.parent.mkdir(parents=True)
        metadata.write_text(f"Name: {name}\nVersion: {version}\n", encoding="utf-8")
    records = root / "var/lib/dpkg/status.d"
    records.mkdir(parents=True)
    record = f"Package: libc6\nArchitecture: {architecture}\nVersion: 1:2.41-12+deb13u5\n"
    (records / "libc6").write_text(record, encoding="utf-8")
    return root


def test_what_the_image_leaves_out_is_not_listed(sbom: ModuleType, tmp_path: Path) -> None:
    roots = [make_root(tmp_path, name, python_dotenv="2") for name in ("amd64", "arm64")]

    made: dict[str, Any] = sbom.make_sbom(LOCK, roots)

    refs = [item["bom-ref"] for item in made["components"]]
    assert refs[0] == "dotenv"
    assert "faker" not in str(made)
    assert refs[-2:] == [
        "pkg:deb/debian/libc6@1:2.41-12%2Bdeb13u5?arch=amd64",
        "pkg:deb/debian/libc6@1:2.41-12%2Bdeb13u5?arch=arm64",
    ]
    assert made["dependencies"] == [
        {"ref": "issuer", "dependsOn": refs},
        {"ref": "dotenv", "dependsOn": []},
    ]
    assert made["metadata"]["component"]["type"] == "container"


def test_same_images_make_the_same_sbom(sbom: ModuleType, tmp_path: Path) -> None:
    root = make_root(tmp_path, "amd64", python_dotenv="2")

    assert sbom.make_sbom(LOCK, [root]) == sbom.make_sbom(LOCK, [root])


def test_version_that_is_not_in_the_lock_is_an_error(sbom: ModuleType, tmp_path: Path) -> None:
    root = make_root(tmp_path, "amd64", python_dotenv="2.1")

    with pytest.raises(ValueError, match=r"does not contain python-dotenv 2\.1 of the image"):
        sbom.make_sbom(LOCK, [root])
