# DEV-ONLY: never ship to production.
"""Print the SBOM of the simulator image, in CycloneDX 1.5.

    sbom.py LOCK ROOT...

LOCK is what `uv export --format cyclonedx1.5` makes of the issuer's lock. Each ROOT is a folder
with the metadata of the image for one platform: of its Python distributions, and of the Debian
packages that its libraries are from. The lock lists more than the image contains, since Litestar
also requires what only its command line and its tests need.
"""

import json
import sys
import tomllib
import uuid
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

PROJECT: Final = Path(__file__).resolve().parents[1]
DISTRIBUTIONS: Final = "usr/lib/python3/dist-packages/*.dist-info/METADATA"
DEBIAN_PACKAGES: Final = "var/lib/dpkg/status.d/*"

Component = dict[str, Any]


def read_records(root: Path, pattern: str) -> Iterator[Message]:
    """Yield the fields of each metadata file."""
    for path in sorted(root.glob(pattern)):
        yield HeaderParser().parsestr(path.read_text(encoding="utf-8"))


def list_distributions(roots: list[Path]) -> set[tuple[str, str]]:
    """Return the normalized name and the version of each Python distribution in the images."""
    return {
        (record["Name"].lower().replace("_", "-"), record["Version"])
        for root in roots
        for record in read_records(root, DISTRIBUTIONS)
    }


def list_debian_packages(roots: list[Path]) -> Iterator[Component]:
    """Yield a component for each Debian package in the images."""
    for root in roots:
        for record in read_records(root, DEBIAN_PACKAGES):
            name, version = record["Package"], record["Version"]
            place = f"{name}@{quote(version, safe=':~')}?arch={record['Architecture']}"
            purl = f"pkg:deb/debian/{place}"
            component = {"type": "library", "name": name, "version": version}
            yield component | {"bom-ref": purl, "purl": purl}


def list_bundled() -> Iterator[Component]:
    """Yield a component for each package of this repository that the distribution contains."""
    build = read_manifest(PROJECT)["tool"]["hatch"]["build"]
    for folder in build["dev-mode-dirs"][1:]:  # the first one is its own
        project = read_manifest((PROJECT / folder).parent)["project"]
        name, version = project["name"], project["version"]
        yield {"type": "library", "bom-ref": f"{name}@{version}", "name": name, "version": version}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the content of a `pyproject.toml`."""
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def make_sbom(lock: dict[str, Any], roots: list[Path]) -> dict[str, Any]:
    """Return the SBOM of the images in *roots*.

    Raises:
        ValueError: An image contains a version that is not in the lock.
    """
    description = read_manifest(PROJECT)["project"]["description"]
    image = lock["metadata"]["component"] | {"type": "container", "description": description}
    installed = list_distributions(roots)
    locked = [item for item in lock["components"] if (item["name"], item["version"]) in installed]
    known = {(item["name"], item["version"]) for item in [*locked, image]}
    if foreign := sorted(installed - known):
        message = f"the lock does not contain {foreign[0][0]} {foreign[0][1]} of the image"
        raise ValueError(message)
    added = [*list_bundled(), *list_debian_packages(roots)]
    kept = {item["bom-ref"] for item in [image, *locked]}
    dependencies = [
        {
            "ref": entry["ref"],
            "dependsOn": [
                *(ref for ref in entry.get("dependsOn", []) if ref in kept),
                *(item["bom-ref"] for item in added if entry["ref"] == image["bom-ref"]),
            ],
        }
        for entry in lock["dependencies"]
        if entry["ref"] in kept
    ]
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": lock["specVersion"],
        "version": 1,
        "metadata": {"tools": lock["metadata"]["tools"], "component": image},
        "components": [*locked, *added],
        "dependencies": dependencies,
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    return {"serialNumber": f"urn:uuid:{serial}", **content}  # the same images, the same SBOM


if __name__ == "__main__":
    lock_file, *folders = map(Path, sys.argv[1:])
    sbom = make_sbom(json.loads(lock_file.read_text(encoding="utf-8")), folders)
    print(json.dumps(sbom, indent=2))  # noqa: T201  # the result of this script
