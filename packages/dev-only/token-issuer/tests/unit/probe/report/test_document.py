# DEV-ONLY: never ship to production.
import json
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec
import pytest
from token_issuer.probe.report.document import render_json
from token_issuer.probe.results import Result

pytestmark = pytest.mark.requirement("BV-3")

SeverityName = Literal["critical", "high", "medium", "low"]
OutcomeName = Literal["passed", "failed", "open", "skipped"]


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    """A part of the documented schema; allows exactly its members and types."""


class Counts(Strict):
    severities: dict[SeverityName, int]
    outcomes: dict[OutcomeName, int]


class FindingDocument(Strict):
    check: str
    severity: SeverityName
    cause: str
    title: str
    why: str
    remedy: str
    source: str
    reproduction: str


class CheckDocument(Strict):
    part: Literal["baseline", "request", "logins", "tokens", "keys"]
    id: str
    title: str
    outcome: OutcomeName
    observed: str
    reaction: Literal["accepted", "refused", "crashed", "hung"] | None
    status: int | None
    duration_s: float


class Document(Strict):
    schema: Literal[1]
    command: Literal["probe", "probe-login"]
    verdict: str
    stopped: str | None
    target: str
    issuer: str
    version: str
    started_at: datetime
    duration_s: float
    hidden: int
    counts: Counts
    findings: list[FindingDocument]
    checks: list[CheckDocument]


def read(result: Result) -> Document:
    return msgspec.json.decode(render_json(result), type=Document)


def test_document_follows_the_schema_and_is_complete(bad: Result) -> None:
    document = read(bad)
    assert document.started_at == bad.started_at
    assert document.verdict == "6 findings, the worst is critical"
    assert document.stopped is None
    assert document.counts == Counts(
        severities={"critical": 3, "high": 1, "medium": 2, "low": 0},
        outcomes={"passed": 2, "failed": 6, "open": 1, "skipped": 2},
    )
    assert [finding.check for finding in document.findings][:2] == ["alg-none", "alg-none-upper"]
    assert {
        (each.check, each.severity.upper(), each.cause, each.title, each.why, each.remedy)
        for each in document.findings
    } == {
        (each.check, each.severity.name, each.cause, each.title, each.why, each.remedy)
        for each in bad.findings
    }
    assert [
        (each.part, each.id, each.title, each.outcome, each.observed, each.reaction, each.status)
        for each in document.checks
    ] == [
        (each.part, each.id, each.title, each.outcome, each.observed, each.reaction, each.status)
        for each in bad.checks
    ]


def test_timestamp_is_rfc_3339(bad: Result) -> None:
    assert json.loads(render_json(bad))["started_at"] == "2026-03-01T12:00:00Z"


def test_stop_has_a_separate_member(stopped: Result) -> None:
    document = read(stopped)
    assert document.verdict == "The probe stopped"
    assert document.stopped == stopped.stopped


def test_texts_are_unchanged(fill: Callable[[str], Result]) -> None:
    text = 'a "quoted" \\ \x00\x1b\n</script> § 漢字 😀'
    document = read(fill(text))
    assert document.checks[0].observed == text
    assert document.findings[0].remedy == text


def test_lone_surrogate_becomes_the_text_of_its_escape(fill: Callable[[str], Result]) -> None:
    assert read(fill("a\ud800b")).target == r"a\ud800b"


def test_document_is_ascii(fill: Callable[[str], Result]) -> None:
    assert render_json(fill("§ 漢字 😀 \udc80")).isascii()
