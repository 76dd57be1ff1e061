"""Separation certificates: the artefacts, the checks, the versions of the tools, the verdict."""

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
    """A file is not a readable certificate; the message says what was expected."""


def build_document(scan: Scan) -> dict[str, Any]:
    """Build the report of *scan*. Its paths are those given by the caller."""
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
    """Write the certificate of *scan*, with paths relative to the folder of the certificate."""
    report = build_document(scan)
    for entry in (*report["artefacts"], *report["findings"]):
        entry["path"] = os.path.relpath(entry["path"], path.parent)
    report["roots"] = [os.path.relpath(root, path.parent) for root in report["roots"]]
    document = {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _run("git", "-C", str(ROOT), "rev-parse", "HEAD"),
        "tools": _list_tools(),
        **report,
    }
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def verify(path: Path) -> list[str]:
    """Compare a certificate with the artefacts, and scan them again.

    Returns:
        A sentence for each difference and each finding; empty if the certificate is valid.

    Raises:
        CertificateError: the file cannot be read, or is not a certificate.
    """
    document = _read(path)
    scan = Scan(skipped=path)
    for root in document["roots"]:
        scan.scan_tree(path.parent / root)
    faults = _compare(document["artefacts"], scan, path.parent)
    if document["verdict"] != "clean":
        faults.append(f"{path.name}: its verdict is {document['verdict']!r}, not 'clean'")
    if missing := sorted(CHECKS.keys() - document["checks"].keys()):
        faults.append(f"{path.name}: lacks the checks {', '.join(missing)}")
    return [*faults, *map(str, sorted(scan.findings))]


def _compare(artefacts: list[dict[str, Any]], scan: Scan, folder: Path) -> list[str]:
    """Return a sentence for each difference between the current and the certified files."""
    there = {os.path.relpath(path, folder): seen for path, seen in scan.files.items()}
    faults = []
    for entry in artefacts:
        name = entry["path"]
        digest, size = there.pop(name, ("", 0))
        if not digest:
            faults.append(f"{name}: is missing or cannot be read")
        elif (digest, size) != (entry["sha256"], entry["size"]):
            faults.append(f"{name}: differs from the certified file: its SHA-256 is {digest}")
    return faults + [f"{name}: is not listed in the certificate" for name in there]


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise CertificateError(message) from None
    except (ValueError, RecursionError):
        document = None
    if (
        not isinstance(document, dict)
        or document.get("format") != FORMAT
        or not _is_complete(document)
    ):
        message = f"is not a separation certificate: expected JSON with the format {FORMAT!r}"
        raise CertificateError(message)
    return document


def _is_complete(document: dict[str, Any]) -> bool:
    artefacts, roots = document.get("artefacts"), document.get("roots")
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
        and isinstance(document.get("checks"), dict)
        and isinstance(document.get("verdict"), str)
    )


def _list_tools() -> dict[str, str | None]:
    scanner = hashlib.sha256()
    sources = [*(ROOT / "ci/separation").rglob("*.py"), *GUARD_SOURCE.rglob("*.py")]
    for source in (ROOT / "ci/check-separation", *sorted(sources)):
        scanner.update(source.read_bytes())
    versions = {name: _run(*command) for name, command in _TOOLS.items()}
    return {
        "check-separation": f"sha256:{scanner.hexdigest()}",
        "python": platform.python_version(),
        **versions,
    }


def _run(*command: str) -> str | None:
    """Return the output of *command*, or None if it is missing or fails."""
    if shutil.which(command[0]) is None:
        return None
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return outcome.stdout.strip() if outcome.returncode == 0 else None
