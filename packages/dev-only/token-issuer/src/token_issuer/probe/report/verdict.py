# DEV-ONLY: never ship to production.
"""The verdict of a probe: one sentence, the findings in ranked groups, and counts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from token_issuer.probe.results import Check, Finding, Outcome, Part, Reaction, Result
from token_issuer.probe.wording import describe_count
from token_issuer.severity import Severity

_REACTIONS: Final[Mapping[Reaction, str]] = {
    Reaction.ACCEPTED: "accepted",
    Reaction.REFUSED: "wrongly rejected",
    Reaction.CRASHED: "made it crash",
    Reaction.HUNG: "without a response",
    Reaction.UNCLEAR: "neither accepted nor rejected",
}
_OPEN: Final = "open (no verdict: the specifications allow either behaviour)"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Findings of a group with the same consequence and source.

    Attributes:
        why: What an attacker can do with each finding, or what can happen by accident.
        source: The source of each finding.
        findings: The findings; never empty, the worst first.
    """

    why: str
    source: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that one change fixes.

    Attributes:
        heading: The weakness in a sentence, or the cause and the number of tokens.
        remedy: What to change.
        severity: Severity of the worst finding.
        clusters: The clusters; never empty, the worst first.
    """

    heading: str
    remedy: str
    severity: Severity
    clusters: tuple[Cluster, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all clusters."""
        return tuple(finding for cluster in self.clusters for finding in cluster.findings)


def describe_verdict(result: Result) -> str:
    """Return the verdict in one sentence, without the reason why the probe stopped."""
    if result.stopped:
        return "The probe stopped"
    if not result.findings:
        return (
            f"Nothing found of severity {result.least.word} or more"
            if result.hidden
            else ("Nothing found")
        )
    worst = max(finding.severity for finding in result.findings).word
    count = describe_count(len(result.findings), "finding")
    return f"{count}, {'and it' if len(result.findings) == 1 else 'the worst'} is {worst}"


def describe_extent(result: Result) -> str:
    """Return the number of checks and of each outcome, and explain the outcome *open*."""
    counts = Counter(check.outcome for check in result.checks)
    outcomes = list_counts(counts).replace(Outcome.OPEN, _OPEN)
    extent = f"{describe_count(len(result.checks), 'check')}: {outcomes or 'none'}"
    if not result.hidden:
        return extent
    hidden = describe_count(result.hidden, "finding")
    return f"{extent}; {hidden} below {result.least.word} left out"


def rank_findings(result: Result) -> tuple[Finding, ...]:
    """Order the findings by severity, the worst first, then by the order of the checks."""
    positions = {check.id: position for position, check in enumerate(result.checks)}
    return tuple(
        sorted(
            result.findings,
            key=lambda finding: (-finding.severity, positions.get(finding.check, len(positions))),
        )
    )


def group_findings(result: Result) -> tuple[Group, ...]:
    """Group the findings with the same cause and remedy; the worst group comes first.

    Each finding is in exactly one cluster of one group.
    """
    groups: dict[tuple[str, str], dict[tuple[str, str], list[Finding]]] = {}
    for finding in rank_findings(result):
        clusters = groups.setdefault((finding.cause, finding.remedy), {})
        clusters.setdefault((finding.why, finding.source), []).append(finding)
    checks = find_checks(result)
    return tuple(_build_group(clusters, checks) for clusters in groups.values())


def find_checks(result: Result) -> Mapping[str, Check]:
    """Map each id to its check."""
    return {check.id: check for check in reversed(result.checks)}


def count_severities(result: Result) -> Mapping[Severity, int]:
    """Count the findings of each severity, zeros included; the worst severity comes first."""
    counts = Counter(finding.severity for finding in result.findings)
    return {severity: counts[severity] for severity in sorted(Severity, reverse=True)}


def count_outcomes(result: Result) -> Mapping[Part, Mapping[Outcome, int]]:
    """Count the outcomes of the checks of each part; omit parts without checks."""
    counts = Counter((check.part, check.outcome) for check in result.checks)
    parts = {check.part for check in result.checks}
    return {
        part: {outcome: counts[part, outcome] for outcome in Outcome}
        for part in Part
        if part in parts
    }


def list_counts(counts: Mapping[Outcome, int]) -> str:
    """Write the outcomes that occurred: `2 passed, 6 failed, 1 open`; empty without checks."""
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])


def _build_group(
    clusters: Mapping[tuple[str, str], list[Finding]], checks: Mapping[str, Check]
) -> Group:
    findings = [finding for cluster in clusters.values() for finding in cluster]
    first = findings[0]
    return Group(
        heading=first.title if len(findings) == 1 else _describe_findings(findings, checks),
        remedy=first.remedy,
        severity=first.severity,
        clusters=tuple(
            Cluster(why, source, tuple(cluster)) for (why, source), cluster in clusters.items()
        ),
    )


def _describe_findings(findings: list[Finding], checks: Mapping[str, Check]) -> str:
    """Describe the reactions to the tokens of several findings: `algorithms: 9 tokens accepted`."""
    cause = findings[0].cause or findings[0].title.rstrip(".")
    kinds = Counter(
        _REACTIONS[check.reaction]
        for finding in findings
        if (check := checks.get(finding.check)) is not None and check.reaction is not None
    )
    if kinds.total() < len(findings):
        return f"{cause}: {describe_count(len(findings), 'weakness')}"
    is_login = any(checks[finding.check].part is Part.LOGINS for finding in findings)
    tokens = describe_count(len(findings), "login" if is_login else "token")
    if len(kinds) == 1:
        return f"{cause}: {tokens} {next(iter(kinds))}"
    return f"{cause}: {tokens}, {', '.join(f'{count} {kind}' for kind, count in kinds.items())}"
