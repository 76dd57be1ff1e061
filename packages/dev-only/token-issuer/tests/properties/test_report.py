# DEV-ONLY: never ship to production.
"""Reports of any result are well-formed, complete and consistent in their numbers."""

import json
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from token_issuer.probe.report.document import render_json
from token_issuer.probe.report.junit import render_junit
from token_issuer.probe.report.page import render_html
from token_issuer.probe.report.text import render_text
from token_issuer.probe.report.verdict import group_findings
from token_issuer.probe.results import Check, Command, Finding, Outcome, Part, Reaction, Result
from token_issuer.severity import Severity

pytestmark = pytest.mark.requirement("BV-3")

anything = st.text(st.characters(), max_size=30)  # lone surrogates and controls included
ids = st.sampled_from(("alg-none", "aud-wrong", "keys-burst")) | anything
durations = st.floats(min_value=0, max_value=1e6)
checks = st.builds(
    Check,
    part=st.sampled_from(Part),
    id=ids,
    title=anything,
    outcome=st.sampled_from(Outcome),
    observed=anything,
    reaction=st.none() | st.sampled_from(Reaction),
    status=st.none() | st.integers(100, 599),
    duration_s=durations,
)
findings = st.builds(
    Finding,
    check=ids,
    severity=st.sampled_from(Severity),
    title=anything,
    why=st.sampled_from(("Anyone can forge a token.", "")) | anything,
    remedy=st.sampled_from(("Check alg.", "Check aud.")) | anything,
    source=st.sampled_from(("RFC 8725 §3.1", "RFC 7519")) | anything,
    cause=st.sampled_from(("", "algorithms")) | anything,
)
results = st.builds(
    Result,
    command=st.sampled_from(Command),
    target=anything,
    issuer=anything,
    version=anything,
    started_at=st.datetimes(
        min_value=datetime(1970, 1, 1),  # noqa: DTZ001  # hypothesis adds the offset
        timezones=st.just(UTC),
    ),
    duration_s=durations,
    checks=st.lists(checks, max_size=8).map(tuple),
    findings=st.lists(findings, max_size=8).map(tuple),
    stopped=st.just("") | anything,
    least=st.sampled_from(Severity),
    hidden=st.integers(0, 99),
)


class Balance(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags = Counter[str]()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag not in {"input", "meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@settings(deadline=None)  # a busy machine may take any time
@given(results)
def test_grouping_neither_loses_nor_duplicates_findings(result: Result) -> None:
    shown = [finding for group in group_findings(result) for finding in group.findings]
    assert Counter(map(repr, shown)) == Counter(map(repr, result.findings))
    severities = [group.severity for group in group_findings(result)]
    assert severities == sorted(severities, reverse=True)
    for group in group_findings(result):
        assert group.severity == max(finding.severity for finding in group.findings)
        assert {finding.remedy for finding in group.findings} == {group.remedy}
        for cluster in group.clusters:
            assert {(each.why, each.source) for each in cluster.findings} == {
                (cluster.why, cluster.source)
            }


@settings(deadline=None)  # a busy machine may take any time
@given(results, st.booleans())
def test_text_is_printable_within_80_columns(result: Result, colour: bool) -> None:
    text = render_text(result, colour=colour)
    if not colour:
        assert text.replace("\n", "").isprintable()
        assert max(map(len, text.splitlines())) <= 80


@settings(deadline=None)  # a busy machine may take any time
@given(results)
def test_document_is_valid_json_for_any_parser(result: Result) -> None:
    text = render_json(result)
    document = json.loads(text)
    document_again = json.dumps(document, ensure_ascii=False).encode()  # no lone surrogate is left
    assert document_again
    assert len(document["findings"]) == len(result.findings)
    assert len(document["checks"]) == len(result.checks)
    assert sum(document["counts"]["severities"].values()) == len(result.findings)


@settings(deadline=None)  # a busy machine may take any time
@given(results)
def test_junit_is_well_formed_and_adds_up(result: Result) -> None:
    root = ET.fromstring(render_junit(result).encode())  # noqa: S314  # our own document
    assert len(list(root.iter("testcase"))) == len(result.checks) + bool(result.stopped)
    for suite in root:
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped"))


@settings(deadline=None)  # a busy machine may take any time
@given(results)
def test_page_is_balanced_and_has_a_row_for_each_check(result: Result) -> None:
    text = render_html(result)
    assert text.replace("\n", "").isprintable()
    page = Balance(text)
    assert page.open == []
    assert page.tags["tr"] == len(result.checks) + page.tags["table"]
    assert page.tags["article"] == len(group_findings(result))
    assert not page.tags.keys() & {"script", "img", "link", "iframe"}
