# DEV-ONLY: never ship to production.
"""The result of a probe as one HTML page without scripts or external resources."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from token_issuer.markup import Markup, element, join, mark_code
from token_issuer.probe.report.checks_table import render_checks
from token_issuer.probe.report.stylesheet import STYLESHEET
from token_issuer.probe.report.verdict import (
    Cluster,
    Group,
    count_severities,
    describe_extent,
    describe_verdict,
    find_checks,
    group_findings,
)
from token_issuer.probe.results import Check, Command, Finding, Result
from token_issuer.probe.wording import describe_count, describe_duration, format_timestamp
from token_issuer.severity import Severity

_DIGEST: Final = base64.b64encode(hashlib.sha256(STYLESHEET.encode()).digest()).decode()
_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
)
_SOURCE: Final = re.compile(
    r"RFC (?P<rfc>[1-9][0-9]{2,4})(?: §(?P<section>[0-9]+(?:\.[0-9]+)*))?"
    r"|OpenID Connect Core(?: 1\.0)?(?: §(?P<core>[0-9]+(?:\.[0-9]+)*))"
    r"|(?P<cve>CVE-[0-9]{4}-[0-9]{4,7})|(?P<ghsa>GHSA(?:-[0-9a-z]{4}){3})|CWE-(?P<cwe>[0-9]{1,5})",
    re.ASCII,
)
_KICKERS: Final = {
    Command.PROBE: "Token verification: probe report",
    Command.PROBE_LOGIN: "Login: probe report",
}
_MAX_SHORT_FINDINGS: Final = 4
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
{title}
<style>{style}</style>
</head>
{body}
</html>
"""


def render_html(result: Result) -> str:
    """Render *result* as one page: the verdict, the findings, and all checks.

    The page needs neither scripts nor the network; its Content-Security-Policy allows only its
    own style sheet.
    """
    groups = group_findings(result)
    body = element(
        "body",
        _render_banner(result, groups),
        element(
            "main",
            _render_facts(result),
            _render_findings(groups, find_checks(result)) if groups else "",
            render_checks(result, groups),
        ),
        _render_footer(result),
    )
    title = element("title", f"{describe_verdict(result)}: {result.target}")
    return _PAGE.format(policy=_POLICY, title=title, style=STYLESHEET, body=body)


def _render_banner(result: Result, groups: Sequence[Group]) -> Markup:
    tone = "stopped" if result.stopped else groups[0].severity.word if groups else "clean"
    extent = f"{describe_extent(result)}."
    if groups:
        extent += f" {describe_count(len(groups), 'change')} to make, the most urgent first."
    return element(
        "header",
        element("p", _KICKERS[result.command], class_="kicker"),
        element("h1", describe_verdict(result)),
        element("p", result.stopped, class_="lines reason") if result.stopped else "",
        element("p", extent),
        element("ul", *_render_tally(result), class_="tally") if groups else "",
        element("ol", *_render_contents(groups), class_="contents") if groups else "",
        class_=f"banner {tone}",
    )


def _render_tally(result: Result) -> Iterator[Markup]:
    for severity, count in count_severities(result).items():
        name = severity.word
        number = element("b", str(count))
        yield element("li", number, f" {name}", class_=f"{name} found" if count else name)


def _render_contents(groups: Sequence[Group]) -> Iterator[Markup]:
    for number, group in enumerate(groups, start=1):
        link = element("a", mark_code(group.heading), href=f"#finding-{number}")
        severity = group.severity.word
        yield element("li", f"{severity}: ", link, class_=f"of-{severity}")


def _render_facts(result: Result) -> Markup:
    started_at = format_timestamp(result.started_at)
    day, _, hour = started_at.removesuffix("Z").partition("T")
    facts: Mapping[str, Markup] = {
        "Target": element("code", result.target),
        "Issuer": element("code", result.issuer),
        "Started": element("time", f"{day}, {hour} UTC", datetime=started_at),
        "Took": join(describe_duration(result.duration_s)),
    }
    return element("dl", *(_render_row(*fact, "fact") for fact in facts.items()), class_="facts")


def _render_findings(groups: Sequence[Group], checks: Mapping[str, Check]) -> Markup:
    articles = (
        _render_group(number, group, checks) for number, group in enumerate(groups, start=1)
    )
    present = sorted({finding.severity for group in groups for finding in group.findings})
    legend = (
        join(element("b", severity.word), f": {severity.meaning}. ")
        for severity in reversed(present)
    )
    return element(
        "section",
        element("h2", "Findings, and what to change"),
        _render_filter(present) if len(present) > 1 else "",
        *articles,
        element("p", *legend, class_="legend"),
    )


def _render_filter(present: Sequence[Severity]) -> Markup:
    """Render a choice of severities, which the style sheet applies: the page has no script."""
    choices = (
        element(
            "label",
            element(
                "input",
                type="radio",
                name="least",
                id=f"least-{severity.word}",
                **({"checked": ""} if severity is present[0] else {}),
            ),
            f" {severity.word}",
        )
        for severity in present
    )
    legend = element("legend", "Lowest severity to show")
    return element("fieldset", legend, *choices, class_="filter")


def _render_group(number: int, group: Group, checks: Mapping[str, Check]) -> Markup:
    severity = group.severity.word
    rows = [
        _render_row(
            "What to change", element("p", mark_code(group.remedy), class_="lines"), "remedy"
        )
    ]
    for position, cluster in enumerate(group.clusters):
        rows += _render_cluster(
            cluster, group, checks, "cases-row again" if position else "cases-row"
        )
    # In print a short finding stays on one page; moving a longer one would leave too much space.
    size = " short" if len(group.findings) <= _MAX_SHORT_FINDINGS else ""
    return element(
        "article",
        element("header", _render_badge(group.severity), element("h3", mark_code(group.heading))),
        element("dl", *rows),
        class_=f"finding {severity} of-{severity}{size}",
        id=f"finding-{number}",
    )


def _render_cluster(
    cluster: Cluster, group: Group, checks: Mapping[str, Check], class_: str
) -> Iterator[Markup]:
    items = (_render_finding(finding, group, checks) for finding in cluster.findings)
    yield _render_row("Observed", element("ul", *items, class_="cases"), class_)
    yield _render_row("Why it matters", element("p", mark_code(cluster.why), class_="lines"), "why")
    yield _render_row("Source", element("p", *_link_sources(cluster.source)), "source")


def _render_finding(finding: Finding, group: Group, checks: Mapping[str, Check]) -> Markup:
    check = checks.get(finding.check)
    observed = "" if check is None else f" {check.observed}"
    observation = element("span", element("code", finding.check), observed, class_="seen")
    how = element(
        "details",
        element("summary", "How to reproduce it"),
        element("code", finding.reproduction, class_="command"),
    )
    class_ = f"of-{finding.severity.word}"
    if finding.title == group.heading:
        return element("li", observation, how, class_=class_)
    badge = _render_badge(finding.severity) if finding.severity < group.severity else ""
    return element("li", mark_code(finding.title), badge, observation, how, class_=class_)


def _render_badge(severity: Severity) -> Markup:
    name = severity.word
    return element("span", name, class_=f"badge {name}")


def _render_row(name: str, content: Markup, class_: str) -> Markup:
    return element("div", element("dt", name), element("dd", content), class_=class_)


def _link_sources(source: str) -> Iterator[str]:
    """Render *source* with a link to each RFC, section, CVE, GHSA and CWE that it names."""
    end = 0
    for match in _SOURCE.finditer(source):
        yield source[end : match.start()]
        yield element("a", match[0], href=_locate(match), rel="noreferrer")
        end = match.end()
    yield source[end:]


def _locate(match: re.Match[str]) -> str:
    if match["cve"]:
        return f"https://www.cve.org/CVERecord?id={match['cve']}"
    if match["ghsa"]:
        return f"https://github.com/advisories/{match['ghsa']}"
    if match["cwe"]:
        return f"https://cwe.mitre.org/data/definitions/{match['cwe']}.html"
    if match["core"]:
        return f"https://openid.net/specs/openid-connect-core-1_0.html#rfc.section.{match['core']}"
    section = f"#section-{match['section']}" if match["section"] else ""
    return f"https://www.rfc-editor.org/rfc/rfc{match['rfc']}{section}"


def _render_footer(result: Result) -> Markup:
    text = (
        f"Made by token-issuer {result.command} {result.version}, a tool for development and "
        "tests. It finds known weaknesses; it cannot show that there are no others."
    )
    return element("footer", element("p", text))
