"""Findings by check and by scanned file, the worst first."""

import bisect
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from separation.checks import CHECKS
from separation.content import Content
from separation.findings import Finding
from separation.scan import Scan

_MAX_LOCATED_BYTES: Final = 1 << 20
_RANKS: Final = {name: rank for rank, name in enumerate(CHECKS)}


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one check in one scanned file.

    Attributes:
        file: The path of the file. A finding about a folder or a link has the path of that.
        check: The ID of the check.
        findings: The findings in the file or in members of the archive, sorted.
    """

    file: str
    check: str
    findings: tuple[Finding, ...]

    @property
    def summary(self) -> str:
        """What was found, in one sentence."""
        first, *others = self.findings
        member = first.path[len(self.file) + 1 :]
        where = f" in its member {member}" if member else ""
        more = f", and {len(others)} more" if others else ""
        return f"{first.what[:1].upper()}{first.what[1:]}{where}{more}."

    @property
    def line(self) -> int:
        """The line that completes the first finding; 1 if the file has no lines."""
        detect = CHECKS[self.check].detect
        path = Path(self.file)
        if detect is None or not path.is_file() or path.stat().st_size > _MAX_LOCATED_BYTES:
            return 1
        lines = path.read_bytes().splitlines(keepends=True)
        sizes = [*range(1, len(lines) + 1)]
        found = bisect.bisect_left(
            sizes, 1, key=lambda size: any(detect(Content(self.file, b"".join(lines[:size]))))
        )
        return sizes[found] if found < len(sizes) else 1


def group_by_check(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return the sorted findings of each check that has some, the worst check first."""
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(findings, key=lambda finding: (_RANKS[finding.check], finding)):
        groups[finding.check].append(finding)
    return groups


def group_by_file(scan: Scan) -> list[Group]:
    """Return the findings of each file and check, the worst check first."""
    groups = []
    for check, findings in group_by_check(scan.findings).items():
        files: dict[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            files[find_file(finding.path, scan.files)].append(finding)
        groups += [Group(file, check, tuple(found)) for file, found in files.items()]
    return groups


def find_file(path: str, files: Container[str]) -> str:
    """Return the scanned file in *path*, whose members follow `!`. Its name may contain `!`."""
    end = path.find("!")
    while end >= 0 and path[:end] not in files:
        end = path.find("!", end + 1)
    return path if end < 0 else path[:end]
