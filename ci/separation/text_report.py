"""The report of a scan for the log of a pipeline."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from separation.checks import CHECKS
from separation.findings import Finding
from separation.grouping import group_by_check
from separation.scan import Scan

MAX_LINES: Final = 50
_MAX_PLACES: Final = 10
_MAX_DEPTH: Final = 12
_PART_OF_PATH: Final = re.compile(r"[^/!]*[/!]|[^/!]+\Z")
_REMEDY: Final = "remove them from the build and scan again; ci/separation/README.md has the checks"

Findings = Mapping[str, Sequence[Finding]]


def render(scan: Scan, *, is_complete: bool) -> str:
    """Return the findings by check, the worst and its remedy first, and the verdict at the end.

    Args:
        scan: The scan.
        is_complete: List every finding. Otherwise the text has at most `MAX_LINES` lines: it shows
            where the findings are, and as many of each check as fit.
    """
    findings = group_by_check(scan.findings)
    verdict = list(_list_verdict(scan))
    shown = len(scan.findings)
    places: list[str] = []
    if not is_complete and _count_lines(findings, shown) + len(verdict) > MAX_LINES:
        places = list(_list_places(scan.findings))
        room = MAX_LINES - len(places) - len(verdict)
        shown = next(
            n for n in range(MAX_LINES, 0, -1) if n == 1 or _count_lines(findings, n) <= room
        )
    lines = [*_list_findings(findings, shown), *places, *verdict]
    return "".join(f"{printable(line)}\n" for line in lines)


def printable(text: str) -> str:
    """Replace the characters in *text* that could control a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _list_findings(findings: Findings, shown: int) -> Iterator[str]:
    """Yield the lines of each check: its remedy, up to *shown* findings, the number of others."""
    for check, found in findings.items():
        yield f"{check}: {_count(len(found), 'finding')}. {CHECKS[check].remedy}"
        yield from (f"  {finding.path}: {finding.what}" for finding in found[:shown])
        if len(found) > shown:
            yield f"  and {len(found) - shown} more; --all lists every finding"


def _count_lines(findings: Findings, shown: int) -> int:
    return sum(1 + min(len(found), shown + 1) for found in findings.values())


def _list_places(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield a table of the folders, archives or files with the most findings.

    They are as deep as necessary for the first to have at most half of the findings.
    """
    paths = [(_PART_OF_PATH.findall(finding.path), finding.check) for finding in findings]
    depth, counts, most = 0, Counter[str](), len(paths)
    while most * 2 > len(paths) and depth < min(_MAX_DEPTH, max(len(parts) for parts, _ in paths)):
        depth += 1
        counts = Counter("".join(parts[:depth]) for parts, _ in paths)
        most = max(counts.values())
    checks: dict[str, set[str]] = defaultdict(set)
    for parts, check in paths:
        checks["".join(parts[:depth])].add(check)
    yield "where:"
    for place, number in counts.most_common(_MAX_PLACES):
        names = ", ".join(name for name in CHECKS if name in checks[place])
        yield f"  {number:>6}  {place.rstrip('!')} ({names})"
    if len(counts) > _MAX_PLACES:
        yield f"  and in {_count(len(counts) - _MAX_PLACES, 'other place')}"


def _list_verdict(scan: Scan) -> Iterator[str]:
    verdict = "no verdict" if scan.unreadable else "nothing of the simulator"
    if scan.findings:
        verdict = _count(len(scan.findings), "finding")
    yield f"check-separation: {verdict} in {_count(len(scan.files), 'file')}"
    if scan.findings:
        yield f"check-separation: {_REMEDY}"


def _count(number: int, noun: str) -> str:
    """Return *number* and *noun*, in the plural unless *number* is 1."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
