"""Findings as a Code Quality report of GitLab, which is a subset of Code Climate's format.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from typing import Any, Final

from sarif_log import make_relative

from separation.checks import CHECKS
from separation.grouping import Group, group_by_file
from separation.sarif import make_result
from separation.scan import Scan

_MIN_BLOCKER: Final = 9.0


def build_document(scan: Scan) -> list[dict[str, Any]]:
    """Build the report. Each entry is what one check found in one file."""
    return list(map(_describe, group_by_file(scan)))


def _describe(group: Group) -> dict[str, Any]:
    severity = CHECKS[group.check].severity
    return {
        "description": group.summary,
        "check_name": group.check,
        "fingerprint": make_result(group).fingerprint,
        "severity": "blocker" if severity >= _MIN_BLOCKER else "critical",
        "location": {"path": str(make_relative(group.file)), "lines": {"begin": group.line}},
    }
