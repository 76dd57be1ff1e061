"""Separation certificates: the artefacts, the checks, the versions of the tools, the verdict."""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from separation import knowledge, sources, statement
from separation.checks import CHECKS
from separation.scan import Scan

FORMAT: Final = "separation-certificate/2"
_MEMBERS: Final = {
    "created": str,
    "tools": dict,
    "verdict": str,
    "findings": list,
    "unreadable": dict,
    "checks": dict,
    "digest": str,
}
_SHA256: Final = re.compile("[0-9a-f]{64}")
_TOOLS: Final = {
    "docker": ("docker", "--version"),
    "git": ("git", "--version"),
    "uv": ("uv" if knowledge.IS_EMBEDDED else str(sources.ROOT / "ci/uv"), "--version"),
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


def build(scan: Scan, folder: Path) -> dict[str, Any]:
    """Build the certificate of *scan*, with paths relative to the folder of the certificate."""
    report = build_document(scan)
    for entry in (*report["artefacts"], *report["findings"]):
        entry["path"] = os.path.relpath(entry["path"], folder)
    report["roots"] = [os.path.relpath(root, folder) for root in report["roots"]]
    document = {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _read_commit(),
        "tools": _list_tools(),
        **report,
    }
    document["digest"] = _compute_digest(document)
    return document


def verify(path: Path) -> list[str]:
    """Compare a certificate with the artefacts, and scan them again.

    The certificate may be in an in-toto statement. Signatures are not verified.

    Returns:
        A sentence for each difference and each finding; empty if the certificate is valid.

    Raises:
        CertificateError: the file cannot be read, or is not a certificate.
    """
    document, subjects = _read(path)
    faults = [f"{path.name}: {fault}" for fault in _find_faults(document)]
    if subjects is not None and subjects != statement.list_subjects(document):
        faults.append(f"{path.name}: its subjects are not the artefacts of its certificate")
    scan = Scan(skipped=[path])
    for root in document["roots"]:
        if not os.path.lexists(path.parent / root):
            faults.append(f"{root}: is missing")
        scan.scan_tree(path.parent / root)
    faults += _compare(document["artefacts"], scan, path.parent)
    faults += [f"{name}: cannot be read: {reason}" for name, reason in scan.unreadable.items()]
    return [*faults, *map(str, sorted(scan.findings))]


def _find_faults(document: dict[str, Any]) -> Iterator[str]:
    """Yield a clause for each statement in a certificate that no scan of clean artefacts writes."""
    roots = document["roots"]
    paths = [entry["path"] for entry in document["artefacts"]]
    if document["verdict"] != "clean":
        yield f"its verdict is {document['verdict']!r}, not 'clean'"
    if document["findings"] or document["unreadable"]:
        yield "it lists findings or unreadable files"
    if missing := sorted(CHECKS.keys() - document["checks"].keys()):
        yield f"lacks the checks {', '.join(missing)}"
    yield from _find_path_faults("roots", roots)
    yield from _find_path_faults("artefacts", paths)
    for path in paths:
        if not any(_is_below(path, root) for root in roots):
            yield f"lists {path!r}, which is not below a root"
    if document["digest"] != _compute_digest(document):
        yield "was edited: its digest is not that of its content"


def _find_path_faults(member: str, paths: list[str]) -> Iterator[str]:
    if not paths:
        yield f"lists no {member}, so it certifies nothing"
    if len(set(paths)) < len(paths):
        yield f"lists {member} twice"
    for path in paths:
        if Path(path).is_absolute() or os.path.normpath(path) != path:
            yield f"{member}: {path!r} is not a normalized path relative to the certificate"


def _is_below(path: str, root: str) -> bool:
    if root == os.curdir:
        return path != os.pardir and not path.startswith(os.pardir + os.sep)
    return path == root or path.startswith(root + os.sep)


def _compute_digest(document: dict[str, Any]) -> str:
    """Compute the digest of all members but the digest: SHA-256 of JSON with sorted keys."""
    content = {name: value for name, value in document.items() if name != "digest"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


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


def _read(path: Path) -> tuple[dict[str, Any], Any]:
    """Return the certificate, and the subjects of the statement around it; None if it is bare."""
    subjects = None
    try:
        document, subjects = statement.unwrap(
            statement.parse_json(path.read_text(encoding="utf-8"))
        )
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
        message = (
            f"is not a separation certificate: expected JSON with the format {FORMAT!r}, or an"
            " in-toto statement with it"
        )
        raise CertificateError(message)
    return document, subjects


def _is_complete(document: dict[str, Any]) -> bool:
    """Return whether a certificate has all members, of the types that `write` gives them."""
    artefacts, roots = document.get("artefacts"), document.get("roots")
    return (
        all(isinstance(document.get(name), kind) for name, kind in _MEMBERS.items())
        and isinstance(artefacts, list)
        and all(
            isinstance(entry, dict)
            and entry.keys() == {"path", "sha256", "size"}
            and _is_path(entry["path"])
            and isinstance(entry["sha256"], str)
            and _SHA256.fullmatch(entry["sha256"]) is not None
            and type(entry["size"]) is int
            and entry["size"] >= 0
            for entry in artefacts
        )
        and isinstance(roots, list)
        and all(map(_is_path, roots))
    )


def _is_path(value: object) -> bool:
    try:
        return isinstance(value, str) and value != "" and b"\0" not in os.fsencode(value)
    except UnicodeEncodeError:  # no file system has such a name
        return False


def _list_tools() -> dict[str, str | None]:
    versions = {name: _run(*command) for name, command in _TOOLS.items()}
    return {
        "check-separation": knowledge.read("digest")[0],
        "python": platform.python_version(),
        **versions,
    }


def _read_commit() -> str | None:
    """Return the commit of the checkout; None in the single-file form, which has the digest."""
    if knowledge.IS_EMBEDDED:
        return None
    return _run("git", "-C", str(sources.ROOT), "rev-parse", "HEAD")


def _run(*command: str) -> str | None:
    """Return the output of *command*, or None if it is missing or fails."""
    if shutil.which(command[0]) is None:
        return None
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return outcome.stdout.strip() if outcome.returncode == 0 else None
