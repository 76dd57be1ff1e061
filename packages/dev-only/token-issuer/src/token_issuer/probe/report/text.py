# DEV-ONLY: never ship to production.
"""The result of a probe as text: the verdict, the findings, and a table of outcomes per part."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from token_issuer.probe.report.verdict import (
    Group,
    count_outcomes,
    describe_extent,
    describe_verdict,
    find_checks,
    group_findings,
)
from token_issuer.probe.results import Check, Finding, Outcome, Result
from token_issuer.probe.wording import describe_duration
from token_issuer.severity import Severity
from token_issuer.visible_text import make_visible

_MAX_LINE_COLUMNS: Final = 80
_MARGIN: Final = " " * 9
_MAX_OBSERVED_CHARACTERS: Final = 300
_BOLD: Final = "1"
_GREEN: Final = "1;32"
_COLOURS: Final = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
}


def render_text(result: Result, *, colour: bool) -> str:
    """Render *result* for a terminal of 80 columns or more.

    Args:
        result: The result of the probe.
        colour: Whether to mark the verdict and the severities with ANSI colours.
    """
    groups, checks = group_findings(result), find_checks(result)
    lines = [*_render_verdict(result, groups, colour=colour)]
    for group in groups:
        lines += ["", *_render_group(group, checks, colour=colour)]
    lines += ["", *_render_table(result), *_render_remarks(result)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _render_verdict(result: Result, groups: Sequence[Group], *, colour: bool) -> Iterator[str]:
    tone = _BOLD if result.stopped else _COLOURS[groups[0].severity] if groups else _GREEN
    sentence = describe_verdict(result)
    yield from (
        _paint(line, tone, colour=colour)
        for line in _wrap("", f"{sentence}: {result.stopped}" if result.stopped else sentence)
    )
    yield from _wrap("", describe_extent(result))
    yield from _wrap("target   ", result.target)
    yield from _wrap("issuer   ", result.issuer)
    yield f"took     {describe_duration(result.duration_s)}"


def _render_group(group: Group, checks: Mapping[str, Check], *, colour: bool) -> Iterator[str]:
    tag = group.severity.word.upper()
    first, *others = _wrap(f"{tag:<8} ", group.heading) or [tag]
    yield _paint(tag, _COLOURS[group.severity], colour=colour) + first[len(tag) :]
    yield from others
    yield from _wrap(f"{_MARGIN}change  ", group.remedy)
    for position, cluster in enumerate(group.clusters):
        if position:
            yield ""
        for finding in cluster.findings:
            yield from _render_finding(finding, group, checks)
        yield from _wrap(f"{_MARGIN}why     ", cluster.why)
        yield from _wrap(f"{_MARGIN}source  ", cluster.source)


def _render_finding(finding: Finding, group: Group, checks: Mapping[str, Check]) -> Iterator[str]:
    if finding.title == group.heading:
        yield from _wrap(f"{_MARGIN}seen    ", _describe_check(finding, checks))
        yield from _render_reproduction(f"{_MARGIN}try     ", finding)
        return
    milder = finding.severity < group.severity
    severity = f"({finding.severity.word}) " if milder else ""
    yield from _wrap(f"{_MARGIN}- ", f"{severity}{finding.title}")
    yield from _wrap(f"{_MARGIN}  ", _describe_check(finding, checks))
    yield from _render_reproduction(f"{_MARGIN}  try ", finding)


def _render_reproduction(label: str, finding: Finding) -> Iterator[str]:
    """Render the command line in one line, so that it can be copied."""
    if finding.reproduction:
        yield label + make_visible(finding.reproduction).replace("\n", " ")


def _describe_check(finding: Finding, checks: Mapping[str, Check]) -> str:
    check = checks.get(finding.check)
    return finding.check if check is None else f"{finding.check}: {_shorten(check.observed)}"


def _render_table(result: Result) -> Iterator[str]:
    yield "".join(f"{heading:>9}" for heading in ("", *Outcome))
    for part, counts in count_outcomes(result).items():
        yield f"{part:<9}" + "".join(f"{counts[outcome]:>9}" for outcome in Outcome)


def _render_remarks(result: Result) -> Iterator[str]:
    """List the skipped and open checks, grouped by reason."""
    for outcome in (Outcome.OPEN, Outcome.SKIPPED):
        reasons: dict[str, list[str]] = {}
        for check in result.checks:
            if check.outcome is outcome:
                reasons.setdefault(check.observed, []).append(check.id)
        for reason, ids in reasons.items():
            yield from _wrap(f"{outcome:<9}", f"{', '.join(ids)}: {_shorten(reason)}")


def _shorten(observed: str) -> str:
    is_long = len(observed) > _MAX_OBSERVED_CHARACTERS
    return f"{observed[:_MAX_OBSERVED_CHARACTERS]} ..." if is_long else observed


def _wrap(label: str, text: str) -> list[str]:
    """Wrap *text* after *label*; continuation lines are indented below the text."""
    lines = [
        line
        for paragraph in make_visible(text).split("\n")
        for line in textwrap.wrap(paragraph, _MAX_LINE_COLUMNS - len(label), break_on_hyphens=False)
    ]
    return [f"{' ' * len(label) if index else label}{line}" for index, line in enumerate(lines)]


def _paint(text: str, code: str, *, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
