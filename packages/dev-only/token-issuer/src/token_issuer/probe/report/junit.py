# DEV-ONLY: never ship to production.
"""The result as JUnit XML, as Jenkins, GitLab and GitHub actions read it.

There is no standard. This keeps to what two published schemas have in common, that of Ant's JUnit
task and that of Jenkins' xUnit plugin: hence no `error`, no output of a single test case, and a
time without its offset (it is UTC).
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from token_issuer.probe.report.markup import Markup, element, join
from token_issuer.probe.report.verdict import describe_verdict, rank_findings
from token_issuer.probe.report.wording import format_instant
from token_issuer.probe.results import Check, Finding, Outcome, Part, Result

_BREAK: Final = Markup("\n")


class _Case(NamedTuple):
    check: Check
    findings: Sequence[Finding]

    @property
    def outcome(self) -> Outcome:
        return Outcome.FAILED if self.findings else self.check.outcome


def render_junit(result: Result) -> str:
    """Render *result*: a suite for each part, a test case for each check.

    A check that failed is a failure with the text of its findings; one that was not made is skipped
    with the reason. That a probe stopped is a failure of its own, named `complete`.
    """
    cases = _collect_cases(result)
    parts = [part for part in Part if any(case.check.part is part for case in cases)]
    suites = [
        _render_suite(index, [case for case in cases if case.check.part is part], result)
        for index, part in enumerate(parts)
    ]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element("testsuites", _BREAK, *suites)}\n'


def _collect_cases(result: Result) -> Sequence[_Case]:
    findings: dict[str, list[Finding]] = {}
    for finding in rank_findings(result):
        findings.setdefault(finding.check, []).append(finding)
    cases = [_Case(check, findings.get(check.id, ())) for check in result.checks]
    if result.stopped:
        stop = Check(
            part=Part.BASELINE,
            id="complete",
            title=describe_verdict(result),
            outcome=Outcome.FAILED,
            observed=result.stopped,
        )
        cases.append(_Case(stop, ()))
    return cases


def _render_suite(index: int, cases: Sequence[_Case], result: Result) -> Markup:
    part = cases[0].check.part
    outcomes = [case.outcome for case in cases]
    lines = [f"{check.id}: {check.title}: {check.observed}\n" for check, _ in cases]
    return element(
        "testsuite",
        _BREAK,
        element("properties", *_render_properties(result)),
        _BREAK,
        *map(_render_case, cases),
        element("system-out", *lines),
        element("system-err"),
        _BREAK,
        name=part,
        package="probe",
        id=str(index),
        hostname="localhost",
        timestamp=format_instant(result.started_at).removesuffix("Z"),
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


def _render_case(case: _Case) -> Markup:
    check = case.check
    written = element(
        "testcase",
        _render_outcome(case),
        name=check.id,
        classname=f"probe.{check.part}",
        time=_format_time(check.duration_s),
    )
    return join(written, _BREAK)


def _render_outcome(case: _Case) -> Markup:
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
        f"Source: {finding.source}"
    )


def _format_time(duration_s: float) -> str:
    return f"{duration_s:.3f}"
