# DEV-ONLY: never ship to production.
"""The result of a probe as JUnit XML, for Jenkins, GitLab and GitHub Actions.

JUnit XML is not standardized. The report is valid under two published schemas, of Ant's JUnit task
and of Jenkins' xUnit plugin. It therefore has no `error`, no output per test case, and a timestamp
in UTC without an offset.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from token_issuer.markup import Markup, element, join
from token_issuer.probe.report.verdict import describe_verdict, rank_findings
from token_issuer.probe.results import Check, Finding, Outcome, Part, Result
from token_issuer.probe.wording import format_timestamp

_LINE_FEED: Final = Markup("\n")


class _TestCase(NamedTuple):
    check: Check
    findings: Sequence[Finding]

    @property
    def outcome(self) -> Outcome:
        return Outcome.FAILED if self.findings else self.check.outcome


def render_junit(result: Result) -> str:
    """Render *result* with one suite per part and one test case per check.

    A failed check is a failure with the text of its findings; a skipped check is skipped, with the
    reason. If the probe stopped, an additional test case named `complete` fails.
    """
    cases = _collect_cases(result)
    parts = [part for part in Part if any(case.check.part is part for case in cases)]
    suites = [
        _render_suite(index, [case for case in cases if case.check.part is part], result)
        for index, part in enumerate(parts)
    ]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element("testsuites", _LINE_FEED, *suites)}\n'


def _collect_cases(result: Result) -> Sequence[_TestCase]:
    findings: dict[str, list[Finding]] = {}
    for finding in rank_findings(result):
        findings.setdefault(finding.check, []).append(finding)
    cases = [_TestCase(check, findings.get(check.id, ())) for check in result.checks]
    if result.stopped:
        stop = Check(
            part=Part.BASELINE,
            id="complete",
            title=describe_verdict(result),
            outcome=Outcome.FAILED,
            observed=result.stopped,
        )
        cases.append(_TestCase(stop, ()))
    return cases


def _render_suite(index: int, cases: Sequence[_TestCase], result: Result) -> Markup:
    part = cases[0].check.part
    outcomes = [case.outcome for case in cases]
    lines = [f"{check.id}: {check.title}: {check.observed}\n" for check, _ in cases]
    return element(
        "testsuite",
        _LINE_FEED,
        element("properties", *_render_properties(result)),
        _LINE_FEED,
        *(_render_case(case, result) for case in cases),
        element("system-out", *lines),
        element("system-err"),
        _LINE_FEED,
        name=part,
        package=result.command,
        id=str(index),
        hostname="localhost",
        timestamp=format_timestamp(result.started_at).removesuffix("Z"),
        tests=str(len(cases)),
        failures=str(outcomes.count(Outcome.FAILED)),
        errors="0",
        skipped=str(outcomes.count(Outcome.SKIPPED)),
        time=_format_time(sum(case.check.duration_s for case in cases)),
    )


def _render_properties(result: Result) -> Sequence[Markup]:
    properties: Mapping[str, str] = {
        "verdict": describe_verdict(result),
        "target": result.target,
        "issuer": result.issuer,
        "version": result.version,
    }
    return [element("property", name=name, value=value) for name, value in properties.items()]


def _render_case(case: _TestCase, result: Result) -> Markup:
    check = case.check
    markup = element(
        "testcase",
        _render_outcome(case),
        name=check.id,
        classname=f"{result.command}.{check.part}",
        time=_format_time(check.duration_s),
    )
    return join(markup, _LINE_FEED)


def _render_outcome(case: _TestCase) -> Markup:
    check = case.check
    match case.outcome:
        case Outcome.FAILED if case.findings:
            worst = case.findings[0]
            text = "\n\n".join(_describe(finding, check) for finding in case.findings)
            return element("failure", text, type=worst.severity.word, message=worst.title)
        case Outcome.FAILED:
            return element("failure", check.observed, type=check.part, message=check.title)
        case Outcome.SKIPPED:
            return element("skipped", message=check.observed)
        case _:
            return Markup("")


def _describe(finding: Finding, check: Check) -> str:
    return (
        f"{finding.title}\n"
        f"Severity: {finding.severity.word}\n"
        f"Check: {check.title}\n"
        f"Observation: {check.observed}\n"
        f"Why it matters: {finding.why}\n"
        f"What to change: {finding.remedy}\n"
        f"Source: {finding.source}\n"
        f"How to reproduce it: {finding.reproduction}"
    )


def _format_time(duration_s: float) -> str:
    return f"{duration_s:.3f}"
