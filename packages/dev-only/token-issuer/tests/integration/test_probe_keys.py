# DEV-ONLY: never ship to production.
"""Verdicts of the key part: exactly the weaknesses of a verifier are found."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pytest
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.key_endpoint.context import read_kid, rename_key
from token_issuer.probe.key_endpoint.key_checks import KEY_CHECKS, MAX_KEY_PART_S, check_keys
from token_issuer.probe.results import Check, Finding, Outcome
from token_issuer.probe.target.client import Target
from token_issuer.probe.target.rate_limit import RateLimiter
from token_issuer.probe.timing import Timing
from token_issuer.severity import Severity
from token_issuer.testing import RunningIssuer

pytestmark = pytest.mark.requirement("BV-3")

FAULT: Final = "keys-fault-"
BASICS: Final = ("keys-rotation", "keys-overlap", "keys-max-age", "keys-removal")
SHORT_BUDGET_S: Final = 6.0

StartTarget = Callable[..., Target]
CheckKeys = Callable[..., "Report"]


@dataclass(frozen=True)
class Report:
    """The checks in the order in which they were reported, and the findings."""

    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]

    @property
    def found(self) -> set[str]:
        return {finding.check for finding in self.findings}

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        return {check.id: check.outcome for check in self.checks}

    def observed(self, check_id: str) -> str:
        return next(check.observed for check in self.checks if check.id == check_id)


@pytest.fixture
def issuer_client(virtual_issuer: RunningIssuer) -> Iterator[IssuerClient]:
    with IssuerClient(virtual_issuer.url) as issuer:
        yield issuer


@pytest.fixture
def start_target(timing: Timing, start_verifier: Callable[..., str]) -> StartTarget:
    """Return a function that starts a verifier on virtual time with a given way of fetching."""

    def start(fetching: str, *arguments: str, cooldown_s: float = 0.5) -> Target:
        url = start_verifier("--fetching", fetching, "--cooldown", str(cooldown_s), *arguments)
        return Target(url, rate_limiter=RateLimiter(1000, timing=timing))

    return start


@pytest.fixture
def run_checks(issuer_client: IssuerClient) -> CheckKeys:
    """Return a function that sends a good token, then runs the checks of these ids."""

    def run(target: Target, *selected: str, budget_s: float = MAX_KEY_PART_S) -> Report:
        assert target.send_token(issuer_client.mint().token).status == 200
        reported: list[Check] = []
        checks, findings = check_keys(
            target,
            issuer_client,
            select=selected.__contains__,
            report=reported.append,
            budget_s=budget_s,
        )
        assert checks == reported
        return Report(tuple(checks), tuple(findings))

    return run


def test_good_verifier_passes_every_check(
    start_target: StartTarget, run_checks: CheckKeys, virtual_issuer: RunningIssuer
) -> None:
    earlier = virtual_issuer.mint()

    report = run_checks(target := start_target("good", cooldown_s=3), *KEY_CHECKS)

    assert report.found == set()
    assert report.outcomes == dict.fromkeys(KEY_CHECKS, Outcome.PASSED)
    assert sum(check.duration_s for check in report.checks) < MAX_KEY_PART_S
    # The issuer has its new keys, and no fault except the short max-age.
    assert [state.fault.kind for state in virtual_issuer.faults.list()] == [
        "max-age"
    ]  # until the end
    assert target.send_token(earlier).status == 200


@pytest.mark.parametrize(
    ("fetching", "selected", "found"),
    [
        ("fetches-for-each-token", (*BASICS, "keys-unknown-kids"), {"keys-max-age"}),
        ("knows-one-key", BASICS, {"keys-overlap"}),
        ("dies-of-unknown-kids", ("keys-unknown-kids",), {"keys-unknown-kids"}),
        ("ignores-max-age", BASICS, {"keys-removal"}),
        ("keeps-removed-keys", BASICS, {"keys-removal"}),
        ("drops-its-keys", ("keys-outage", "keys-return"), {"keys-outage"}),
        ("gives-up-after-a-failure", ("keys-outage", "keys-return"), {"keys-return"}),
        ("never-refetches", (*BASICS, "keys-return", "keys-unknown-kids"), {"keys-rotation"}),
    ],
)
def test_only_the_weakness_in_caching_keys_is_found(
    start_target: StartTarget,
    run_checks: CheckKeys,
    fetching: str,
    selected: tuple[str, ...],
    found: set[str],
) -> None:
    report = run_checks(start_target(fetching), *selected, budget_s=SHORT_BUDGET_S)

    assert report.found == found
    assert set(report.outcomes) == set(selected)


@pytest.mark.parametrize(
    ("fetching", "fault", "neighbour", "severity"),
    [
        ("crashes-on-bad-json", "malformed", "empty", Severity.MEDIUM),
        ("dies-of-bad-json", "malformed", "redirect-other-host", Severity.HIGH),
        ("follows-redirects", "redirect-other-host", "redirect-loop", Severity.MEDIUM),
        ("waits-for-ever", "drip", "delay", Severity.MEDIUM),
        ("stumbles-over-foreign-keys", "unknown-kty", "enc-keys", Severity.LOW),
        ("accepts-encryption-keys", "enc-keys", "weak-key", Severity.MEDIUM),
        ("accepts-exposed-keys", "private-members", "enc-keys", Severity.MEDIUM),
    ],
)
def test_only_the_weakness_in_reading_keys_is_found(
    start_target: StartTarget,
    run_checks: CheckKeys,
    fetching: str,
    fault: str,
    neighbour: str,
    severity: Severity,
) -> None:
    report = run_checks(start_target(fetching), FAULT + fault, FAULT + neighbour)

    assert report.found == {FAULT + fault}
    assert report.findings[0].severity is severity
    assert report.outcomes[FAULT + neighbour] in {Outcome.PASSED, Outcome.OPEN}


def test_accepted_weak_key_is_found(start_target: StartTarget, run_checks: CheckKeys) -> None:
    target = start_target("good", "--without", "key-strength")

    report = run_checks(target, f"{FAULT}weak-key", f"{FAULT}enc-keys")

    assert report.found == {f"{FAULT}weak-key"}
    assert "RFC 7518 §3.3" in report.findings[0].source


def test_fetch_for_each_unknown_kid_is_found(
    start_target: StartTarget, run_checks: CheckKeys
) -> None:
    report = run_checks(start_target("no-cooldown", cooldown_s=0), "keys-unknown-kids")

    assert report.found == {"keys-unknown-kids"}
    assert report.observed("keys-unknown-kids").startswith("200 fetches for 200 tokens")


def test_one_fetch_for_many_unknown_kids_passes(
    start_target: StartTarget, run_checks: CheckKeys
) -> None:
    report = run_checks(start_target("good", cooldown_s=60), "keys-unknown-kids")

    assert report.outcomes == {"keys-unknown-kids": Outcome.PASSED}
    assert report.observed("keys-unknown-kids").startswith(("0 fetches", "1 fetch for"))


def test_open_behaviour_is_reported_without_a_finding(
    start_target: StartTarget, run_checks: CheckKeys
) -> None:
    report = run_checks(start_target("accepts-namesakes"), f"{FAULT}duplicate-kid")

    assert report.found == set()
    assert report.outcomes == {f"{FAULT}duplicate-kid": Outcome.OPEN}
    assert "accepted with 200" in report.observed(f"{FAULT}duplicate-kid")


def test_check_without_time_left_is_skipped_with_the_reason(
    start_target: StartTarget, run_checks: CheckKeys
) -> None:
    report = run_checks(start_target("good"), f"{FAULT}huge", budget_s=2)

    assert report.outcomes == {f"{FAULT}huge": Outcome.SKIPPED}
    assert report.observed(f"{FAULT}huge").startswith("no time left in 2 s")


def test_keys_that_do_not_rotate_are_not_judged(
    start_target: StartTarget, virtual_issuer: RunningIssuer
) -> None:
    with IssuerClient(virtual_issuer.url, fields={"alg": "ES256"}) as issuer_client:
        target = start_target("good")
        checks, findings = check_keys(
            target, issuer_client, select=BASICS.__contains__, report=lambda _: None
        )

    assert findings == []
    assert {check.outcome for check in checks} == {Outcome.SKIPPED}
    assert {check.observed for check in checks} == {
        "the tokens for this target are signed with a key that never rotates"
    }


def test_empty_selection_sends_no_request(issuer_client: IssuerClient) -> None:
    unreachable = Target("http://127.0.0.1:9/")

    assert check_keys(
        unreachable, issuer_client, select=lambda _: False, report=lambda _: None
    ) == (
        [],
        [],
    )


def test_rename_key_changes_only_the_kid(virtual_issuer: RunningIssuer) -> None:
    token = virtual_issuer.mint(sub="alice")

    renamed = rename_key(token, "other")

    assert read_kid(renamed) == "other"
    assert renamed.split(".")[1:] == token.split(".")[1:]
