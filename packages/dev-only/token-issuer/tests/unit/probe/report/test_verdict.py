# DEV-ONLY: never ship to production.
import dataclasses

import pytest
from token_issuer.probe.report.verdict import (
    count_outcomes,
    count_severities,
    describe_extent,
    describe_verdict,
    group_findings,
    rank_findings,
)
from token_issuer.probe.results import Check, Outcome, Part, Reaction, Result
from token_issuer.severity import Severity

pytestmark = pytest.mark.requirement("BV-3")


def test_findings_are_ranked_by_severity_then_by_the_order_of_the_checks(bad: Result) -> None:
    assert [finding.check for finding in rank_findings(bad)] == [
        "alg-none",
        "alg-none-upper",
        "alg-hs256",
        "aud-wrong",
        "aud-missing",
        "keys-burst",
    ]


def test_findings_that_one_change_fixes_are_grouped(bad: Result) -> None:
    groups = group_findings(bad)
    assert [
        (group.severity, [finding.check for finding in group.findings]) for group in groups
    ] == [
        (Severity.CRITICAL, ["alg-none", "alg-none-upper", "alg-hs256"]),
        (Severity.HIGH, ["aud-wrong", "aud-missing"]),
        (Severity.MEDIUM, ["keys-burst"]),
    ]
    assert [len(cluster.findings) for cluster in groups[0].clusters] == [2, 1]


def test_heading_of_a_group_counts_the_reactions_to_its_tokens(bad: Result) -> None:
    assert [group.heading for group in group_findings(bad)] == [
        "algorithms: 3 tokens, 2 accepted, 1 made it crash",
        "aud: 2 tokens accepted",
        "It accepts keys-burst.",
    ]


def test_heading_counts_weaknesses_that_no_token_shows(bad: Result) -> None:
    checks = tuple(dataclasses.replace(check, reaction=None) for check in bad.checks)
    groups = group_findings(dataclasses.replace(bad, checks=checks))
    assert groups[0].heading == "algorithms: 3 weaknesses"


def test_findings_with_different_remedies_are_not_grouped(bad: Result) -> None:
    first, *others = bad.findings
    changed = dataclasses.replace(first, remedy="Something else.")
    groups = group_findings(dataclasses.replace(bad, findings=(changed, *others)))
    assert [len(group.findings) for group in groups] == [3, 1, 1, 1]


def test_group_without_a_named_cause_is_headed_by_its_worst_finding(bad: Result) -> None:
    findings = tuple(dataclasses.replace(finding, cause="") for finding in bad.findings)
    heading = group_findings(dataclasses.replace(bad, findings=findings))[1].heading
    assert heading == "It accepts aud-wrong: 2 tokens accepted"


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, "Nothing found"),
        (1, "1 finding, and it is medium"),
        (6, "6 findings, the worst is critical"),
    ],
)
def test_verdict_is_one_sentence(bad: Result, count: int, sentence: str) -> None:
    assert describe_verdict(dataclasses.replace(bad, findings=bad.findings[:count])) == sentence


def test_stop_takes_precedence_over_findings(bad: Result) -> None:
    assert describe_verdict(dataclasses.replace(bad, stopped="why")) == "The probe stopped"


def test_extent_names_each_outcome_that_occurred_and_explains_open(
    bad: Result, clean: Result
) -> None:
    assert describe_extent(bad) == (
        "11 checks: 2 passed, 6 failed, "
        "1 open (no verdict: the specifications allow either behaviour), 2 skipped"
    )
    assert describe_extent(clean) == "2 checks: 2 passed"
    assert describe_extent(dataclasses.replace(bad, checks=())) == "0 checks: none"


def test_counts_add_up(bad: Result) -> None:
    assert list(count_severities(bad).values()) == [3, 1, 2, 0]
    counts = count_outcomes(bad)
    assert list(counts) == [Part.BASELINE, Part.TOKENS, Part.KEYS]
    assert sum(sum(each.values()) for each in counts.values()) == len(bad.checks)
    assert counts[Part.KEYS] == {
        Outcome.PASSED: 0,
        Outcome.FAILED: 1,
        Outcome.OPEN: 0,
        Outcome.SKIPPED: 2,
    }


@pytest.mark.parametrize(
    ("reaction", "heading"),
    [
        (Reaction.REFUSED, "aud: 2 tokens wrongly rejected"),
        (Reaction.HUNG, "aud: 2 tokens without a response"),
    ],
)
def test_each_reaction_has_its_wording(bad: Result, reaction: Reaction, heading: str) -> None:
    def react(check: Check) -> Check:
        return dataclasses.replace(check, reaction=reaction)

    changed = dataclasses.replace(bad, checks=tuple(map(react, bad.checks)))
    assert group_findings(changed)[1].heading == heading
