# DEV-ONLY: never ship to production.
"""The verdict of a probe in words: its sentence, its findings ranked and grouped, its tallies."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from token_issuer.probe.results import Check, Finding, Outcome, Part, Reaction, Result
from token_issuer.severity import Severity

_MEANINGS: Mapping[Reaction, str] = {
    Reaction.ACCEPTED: "accepted",
    Reaction.REFUSED: "wrongly refused",
    Reaction.CRASHED: "made it crash",
    Reaction.HUNG: "left without an answer",
    Reaction.UNCLEAR: "neither accepted nor refused",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """Findings of a group from which the same follows.

    Attributes:
        why: What an attacker, or an accident, makes of each of them.
        source: Where it says so, for each of them.
        findings: Never empty, the worst first.
    """

    why: str
    source: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that one change mends.

    Attributes:
        heading: The weakness in a sentence, or how many tokens the cause lets through.
        remedy: What to change.
        severity: That of the worst finding.
        clusters: Never empty, the worst first.
    """

    heading: str
    remedy: str
    severity: Severity
    clusters: tuple[Cluster, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them."""
        return tuple(finding for cluster in self.clusters for finding in cluster.findings)


def describe_verdict(result: Result) -> str:
    """Say the verdict in one sentence, without the reason for which a probe stopped."""
    if result.stopped:
        return "The probe stopped"
    match len(result.findings):
        case 0:
            return "Nothing found"
        case 1:
            return f"1 finding, and it is {result.findings[0].severity.word}"
        case count:
            worst = max(finding.severity for finding in result.findings)
            return f"{count} findings, the worst is {worst.word}"


def describe_extent(result: Result) -> str:
    """Say what the verdict rests on: how many checks, and what became of them."""
    counts = Counter(check.outcome for check in result.checks)
    kinds = [f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome]]
    return f"{count_of(len(result.checks), 'check')}: {', '.join(kinds) or 'none'}"


def rank_findings(result: Result) -> tuple[Finding, ...]:
    """Order the findings: the worst first, equals in the order of the checks."""
    positions = {check.id: position for position, check in enumerate(result.checks)}
    return tuple(
        sorted(
            result.findings,
            key=lambda finding: (-finding.severity, positions.get(finding.check, len(positions))),
        )
    )


def group_findings(result: Result) -> tuple[Group, ...]:
    """Put the findings of one cause and one remedy together; the worst group first.

    Each finding is in exactly one cluster of one group.
    """
    groups: dict[tuple[str, str], dict[tuple[str, str], list[Finding]]] = {}
    for finding in rank_findings(result):
        clusters = groups.setdefault((finding.cause, finding.remedy), {})
        clusters.setdefault((finding.why, finding.source), []).append(finding)
    checks = find_checks(result)
    return tuple(_build_group(clusters, checks) for clusters in groups.values())


def find_checks(result: Result) -> Mapping[str, Check]:
    """Map the id of each check to it."""
    return {check.id: check for check in reversed(result.checks)}


def count_severities(result: Result) -> Mapping[Severity, int]:
    """Count the findings of each severity, the worst first, zeros included."""
    counts = Counter(finding.severity for finding in result.findings)
    return {severity: counts[severity] for severity in sorted(Severity, reverse=True)}


def count_outcomes(result: Result) -> Mapping[Part, Mapping[Outcome, int]]:
    """Count what became of the checks, by part; parts without a check are left out."""
    counts = Counter((check.part, check.outcome) for check in result.checks)
    parts = {check.part for check in result.checks}
    return {
        part: {outcome: counts[part, outcome] for outcome in Outcome}
        for part in Part
        if part in parts
    }


def count_of(count: int, noun: str) -> str:
    """Write a number with its noun: `1 check`, `2 checks`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


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
    """Say how the target took the tokens of several findings: `algorithms: 9 tokens accepted`."""
    cause = findings[0].cause or findings[0].title.rstrip(".")
    kinds = Counter(
        _MEANINGS[check.reaction]
        for finding in findings
        if (check := checks.get(finding.check)) is not None and check.reaction is not None
    )
    if kinds.total() < len(findings):
        return f"{cause}: {len(findings)} weaknesses"
    tokens = count_of(len(findings), "token")
    if len(kinds) == 1:
        return f"{cause}: {tokens} {next(iter(kinds))}"
    return f"{cause}: {tokens}, {', '.join(f'{count} {kind}' for kind, count in kinds.items())}"
