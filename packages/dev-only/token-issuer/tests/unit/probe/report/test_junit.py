# DEV-ONLY: never ship to production.
"""The JUnit report under the rules that its published schemas share.

`RULES` restates, element by element, https://github.com/windyroad/JUnit-Schema (Ant's JUnit task)
and junit-10.xsd (Jenkins' xUnit plugin, from the pytest repository). If they differ, the stricter
rule applies.
"""

import dataclasses
import re
from collections.abc import Callable
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from token_issuer.probe.report.junit import render_junit
from token_issuer.probe.results import Finding, Outcome, Result
from token_issuer.severity import Severity

pytestmark = pytest.mark.requirement("BV-3")


class Rule(NamedTuple):
    children: str
    """The names of the children, each followed by a blank, as a regular expression."""
    required: frozenset[str]
    optional: frozenset[str] = frozenset()


SUITE_ATTRIBUTES: Final = "name package id hostname timestamp tests failures errors time"
RULES: Final = {
    "testsuites": Rule("(testsuite )*", frozenset()),
    "testsuite": Rule(
        "properties (testcase )*system-out system-err ",
        frozenset(SUITE_ATTRIBUTES.split()),
        frozenset({"skipped"}),
    ),
    "properties": Rule("(property )*", frozenset()),
    "property": Rule("", frozenset({"name", "value"})),
    "testcase": Rule("(skipped |failure )?", frozenset({"name", "classname", "time"})),
    "failure": Rule("", frozenset({"type"}), frozenset({"message"})),
    "skipped": Rule("", frozenset(), frozenset({"message"})),
    "system-out": Rule("", frozenset()),
    "system-err": Rule("", frozenset()),
}
FORMATS: Final = {
    "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",  # Ant: without an offset
    "time": r"\d+\.\d{3}",
    "id": r"\d+",
    "tests": r"\d+",
    "failures": r"\d+",
    "errors": r"\d+",
    "skipped": r"\d+",
}


def parse(result: Result) -> ET.Element:
    return ET.fromstring(render_junit(result).encode())  # noqa: S314  # our own document


def check_rules(root: ET.Element) -> None:
    for node in root.iter():
        rule = RULES[node.tag]
        assert re.fullmatch(rule.children, "".join(f"{child.tag} " for child in node)), node.tag
        names = frozenset(node.attrib)
        assert rule.required <= names <= rule.required | rule.optional, node.tag
        for name, pattern in FORMATS.items():
            if name in node.attrib:
                assert re.fullmatch(pattern, node.attrib[name], re.ASCII), (node.tag, name)
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped"))
        assert int(suite.attrib["errors"]) == 0


def test_each_part_is_a_suite_and_each_check_a_test_case(bad: Result) -> None:
    root = parse(bad)
    check_rules(root)
    assert [suite.attrib["name"] for suite in root] == ["baseline", "tokens", "keys"]
    assert [suite.attrib["id"] for suite in root] == ["0", "1", "2"]
    cases = [(case.attrib["classname"], case.attrib["name"]) for case in root.iter("testcase")]
    assert cases == [(f"probe.{check.part}", check.id) for check in bad.checks]


def test_each_outcome_has_its_element(bad: Result) -> None:
    verdicts = {
        case.attrib["name"]: [child.tag for child in case] for case in parse(bad).iter("testcase")
    }
    expected = {Outcome.FAILED: ["failure"], Outcome.SKIPPED: ["skipped"]}
    assert verdicts == {check.id: expected.get(check.outcome, []) for check in bad.checks}


def test_failure_contains_the_whole_finding(bad: Result) -> None:
    finding = bad.findings[0]
    (failure,) = parse(bad).findall(f".//testcase[@name='{finding.check}']/failure")
    assert failure.attrib == {"type": "medium", "message": finding.title}
    for text in (finding.title, finding.why, finding.remedy, finding.source, "accepted with 200"):
        assert text in (failure.text or "")


def test_check_with_several_findings_is_one_failure_with_all_of_them(bad: Result) -> None:
    second = dataclasses.replace(bad.findings[0], severity=Severity.CRITICAL, title="Worse.")
    root = parse(dataclasses.replace(bad, findings=(*bad.findings, second)))
    check_rules(root)
    (failure,) = root.findall(".//testcase[@name='aud-missing']/failure")
    assert failure.attrib == {"type": "critical", "message": "Worse."}
    assert bad.findings[0].title in (failure.text or "")


def test_skipped_check_has_its_reason(bad: Result) -> None:
    (skipped,) = parse(bad).findall(".//testcase[@name='keys-weak']/skipped")
    assert skipped.attrib["message"] == "the probe was given no admin secret"


def test_output_includes_the_observations_of_passed_checks(bad: Result) -> None:
    output = parse(bad).findtext("testsuite[@name='tokens']/system-out") or ""
    assert "typ-wrong: a token with typ JWE: accepted with 200" in output.splitlines()


def test_probe_that_stopped_fails_the_build(clean: Result) -> None:
    root = parse(dataclasses.replace(clean, stopped="this URL needs no token"))
    check_rules(root)
    (failure,) = root.findall(".//failure")
    assert failure.text == "this URL needs no token"


def test_stop_before_the_first_check_fails_the_build(clean: Result) -> None:
    root = parse(dataclasses.replace(clean, checks=(), stopped="nothing listens on this port"))
    check_rules(root)
    assert [failure.text for failure in root.iter("failure")] == ["nothing listens on this port"]


@pytest.mark.parametrize(
    "text",
    [
        "<failure/>]]>&amp;\"'",
        "\x00\x01\x0b\x1b\x7f\x85",
        "\ud800 \udfff \ufffe \uffff",
        "\r\n\t",
        "x" * 10_000,
    ],
)
def test_no_text_breaks_the_document(fill: Callable[[str], Result], text: str) -> None:
    root = parse(fill(text))
    check_rules(root)
    assert [suite.attrib["name"] for suite in root] == ["baseline", "tokens"]


def test_characters_that_xml_cannot_hold_stay_visible(fill: Callable[[str], Result]) -> None:
    (failure,) = parse(fill("a\x00b <c>")).findall("testsuite[@name='tokens']//failure")
    assert failure.attrib["message"] == r"a\x00b <c>"


def test_lines_of_a_reason_survive_in_an_attribute(bad: Result) -> None:
    finding = Finding(
        check="exp-day", severity=Severity.LOW, title="a\nb", why="", remedy="", source=""
    )
    root = parse(dataclasses.replace(bad, findings=(finding,)))
    (failure,) = root.findall(".//testcase[@name='exp-day']/failure")
    assert failure.attrib["message"] == "a\nb"
