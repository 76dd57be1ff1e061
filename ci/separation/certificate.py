"""The separation certificate: what is shipped, what was looked for, by which tools, the verdict."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from separation.checks import CHECKS
from separation.marks import GUARD_SOURCE, ROOT
from separation.scan import Scan

FORMAT: Final = "separation-certificate/1"
_TOOLS: Final = {
    "docker": ("docker", "--version"),
    "git": ("git", "--version"),
    "uv": (str(ROOT / "ci/uv"), "--version"),
}


class CertificateError(Exception):
    """A certificate cannot be read; the message says what was expected."""


def build_document(scan: Scan) -> dict[str, Any]:
    """Build the report of *scan*; paths are as given."""
    return {
        "verdict": "refused" if scan.findings else "unreadable" if scan.unreadable else "clean",
        "findings": [
            {"path": finding.path, "check": finding.check, "what": finding.what}
            for finding in sorted(scan.findings)
        ],
        "unreadable": scan.unreadable,
        "checks": {name: check.description for name, check in CHECKS.items()},
        "roots": sorted(map(str, scan.roots)),
        "artefacts": [
            {"path": path, "sha256": digest, "size": size}
            for path, (digest, size) in sorted(scan.files.items())
        ],
    }


def write(path: Path, scan: Scan) -> None:
    """Write the certificate of *scan*; paths in it are relative to its folder."""
    document = build_document(scan)
    for entry in (*document["artefacts"], *document["findings"]):
        entry["path"] = os.path.relpath(entry["path"], path.parent)
    document["roots"] = [os.path.relpath(root, path.parent) for root in document["roots"]]
    content = {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _run("git", "-C", str(ROOT), "rev-parse", "HEAD"),
        "tools": _list_tools(),
        **document,
    }
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def verify(path: Path) -> list[str]:
    """Compare the certificate with the artefacts beside it, and look through them again.

    Returns:
        What does not hold, in words; empty when everything does.

    Raises:
        CertificateError: it cannot be read, or is none.
    """
    content = _read(path)
    scan = Scan(skipped=path)
    for root in content["roots"]:
        scan.look_through(path.parent / root)
    faults = _compare(content["artefacts"], scan, path.parent)
    if content["verdict"] != "clean":
        faults.append(f"{path.name}: its verdict is {content['verdict']!r}, not 'clean'")
    if missing := sorted(CHECKS.keys() - content["checks"].keys()):
        faults.append(f"{path.name}: was written without the checks {', '.join(missing)}")
    return [*faults, *map(str, sorted(scan.findings))]


def _compare(artefacts: list[dict[str, Any]], scan: Scan, folder: Path) -> list[str]:
    """Say how the files that are there differ from those that were certified."""
    there = {os.path.relpath(path, folder): seen for path, seen in scan.files.items()}
    faults = []
    for entry in artefacts:
        name = entry["path"]
        digest, size = there.pop(name, ("", 0))
        if not digest:
            faults.append(f"{name}: is missing or cannot be read")
        elif (digest, size) != (entry["sha256"], entry["size"]):
            faults.append(f"{name}: is not what was certified: its SHA-256 is {digest}")
    return faults + [f"{name}: was not there when the others were certified" for name in there]


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise CertificateError(message) from None
    except (ValueError, RecursionError):
        content = None
    if (
        not isinstance(content, dict)
        or content.get("format") != FORMAT
        or not _is_complete(content)
    ):
        message = f"is no separation certificate; expected JSON with the format {FORMAT!r}"
        raise CertificateError(message)
    return content


def _is_complete(content: dict[str, Any]) -> bool:
    artefacts, roots = content.get("artefacts"), content.get("roots")
    return (
        isinstance(artefacts, list)
        and all(
            isinstance(entry, dict)
            and isinstance(entry.get("path"), str)
            and {"sha256", "size"} <= entry.keys()
            for entry in artefacts
        )
        and isinstance(roots, list)
        and all(isinstance(root, str) and "\0" not in root for root in roots)
        and isinstance(content.get("checks"), dict)
        and isinstance(content.get("verdict"), str)
    )


def _list_tools() -> dict[str, str | None]:
    scanner = hashlib.sha256()
    sources = [*(ROOT / "ci/separation").glob("*.py"), *GUARD_SOURCE.rglob("*.py")]
    for source in (ROOT / "ci/check-separation", *sorted(sources)):
        scanner.update(source.read_bytes())
    versions = {name: _run(*command) for name, command in _TOOLS.items()}
    return {
        "check-separation": f"sha256:{scanner.hexdigest()}",
        "python": platform.python_version(),
        **versions,
    }


def _run(*command: str) -> str | None:
    """Return what *command* prints; None where it is not there or fails."""
    if shutil.which(command[0]) is None:
        return None
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return outcome.stdout.strip() if outcome.returncode == 0 else None
