"""The files that a scan writes: for a later verification, and for the pages of pull requests."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from separation import certificate, code_quality, sarif, statement
from separation.scan import Scan


@dataclass(frozen=True)
class Output:
    """A kind of file.

    Attributes:
        help: The text for `--help`.
        build: Returns the content. Paths in it may be relative to the folder of the file.
        is_verifiable: Whether `--verify` accepts the file, so that it needs a complete scan.
    """

    help: str
    build: Callable[[Scan, Path], Any]
    is_verifiable: bool = False


OUTPUTS: Final[Mapping[str, Output]] = {
    "certificate": Output("write a separation certificate", certificate.build, is_verifiable=True),
    "statement": Output(
        "write the certificate as an in-toto statement, which cosign can sign",
        lambda scan, folder: statement.build(certificate.build(scan, folder)),
        is_verifiable=True,
    ),
    "sarif": Output(
        "write the findings as SARIF, for GitHub's code scanning",
        lambda scan, _: sarif.build_document(scan),
    ),
    "code-quality": Output(
        "write the findings as a Code Quality report, for GitLab",
        lambda scan, _: code_quality.build_document(scan),
    ),
}
"""The kinds of files by option."""


def find_conflict(paths: Mapping[str, Path], roots: list[Path]) -> str | None:
    """Return why these files cannot be written together, or None if they can.

    A certificate lists all files below the scanned directories but itself.
    """
    resolved = {name: path.resolve() for name, path in paths.items()}
    if len(set(resolved.values())) < len(resolved):
        return "expected a different FILE for each option"
    if not any(OUTPUTS[name].is_verifiable for name in paths):
        return None
    folders = [root.resolve() for root in roots]
    inside = [name for name, path in resolved.items() if any(map(path.is_relative_to, folders))]
    for position, name in enumerate(inside):
        if position or not OUTPUTS[name].is_verifiable:
            return (
                f"--{name}: {paths[name]} is in a scanned directory, whose certificate would not"
                " list it: write it to another directory"
            )
    return None


def write(paths: Mapping[str, Path], scan: Scan) -> Iterator[str]:
    """Write the files, and yield a sentence for each that cannot be written."""
    for name, path in paths.items():
        output = OUTPUTS[name]
        if output.is_verifiable and scan.unreadable:
            continue
        text = json.dumps(output.build(scan, path.parent), indent=2) + "\n"
        try:
            _write_file(path, text)
        except OSError as error:
            yield f"--{name}: {path}: cannot be written: {error.strerror}"


def _write_file(path: Path, text: str) -> None:
    """Write a file completely or not at all. A device, a pipe or the target of a link stays one."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        path.write_text(text, encoding="utf-8")
        return
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
