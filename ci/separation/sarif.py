"""Findings as results of SARIF: what one check found in one file is one result."""

from typing import Any

from sarif_log import Result, Rule, build_log

from separation import knowledge
from separation.checks import CHECKS
from separation.grouping import Group, group_by_file
from separation.scan import Scan


def build_document(scan: Scan) -> dict[str, Any]:
    """Build the log of *scan*, the worst check first."""
    rules = [
        Rule(name, f"The dev-only token issuer: {check.description}.", check.remedy, check.severity)
        for name, check in CHECKS.items()
    ]
    failures = [f"{path}: {reason}" for path, reason in sorted(scan.unreadable.items())]
    version = knowledge.read("digest")[0]
    results = list(map(make_result, group_by_file(scan)))
    return build_log("check-separation", version, rules, results, failures)


def make_result(group: Group) -> Result:
    """Return the result for the findings of one check in one file."""
    start = len(group.file) + 1
    members = dict.fromkeys(finding.path[start:] for finding in group.findings)
    return Result(
        group.check, group.file, group.line, group.summary, [name for name in members if name]
    )
