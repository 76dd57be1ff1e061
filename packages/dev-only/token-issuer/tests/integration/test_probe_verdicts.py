# DEV-ONLY: never ship to production.
"""Verdicts of the token part: exactly the missing checks of a verifier are found."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest
from tests import patient_http
from tests.in_process import call_main
from token_issuer.cli.arguments import parse_arguments
from token_issuer.cli.commands.probe import run
from token_issuer.probe.timing import Timing
from token_issuer.probe.tokens.attacker_fetches import ATTACKER_KEYS
from token_issuer.remote_issuer import fetch_json
from token_issuer.testing import RunningIssuer, run_token_issuer
from token_issuer.tokens.defects.catalogue import TOKEN_DEFECTS
from token_issuer.tokens.defects.defect import CHECKS, Verdict

pytestmark = pytest.mark.requirement("BV-3")

MAX_KID_CHARACTERS: Final = 4096  # of the service

StartService = Callable[..., str]
Probe = Callable[..., "Report"]


@dataclass(frozen=True)
class Report:
    """The exit code of `token-issuer probe --json` and the document that it printed."""

    exit_code: int
    document: Mapping[str, Any]

    @property
    def found(self) -> set[str]:
        return {finding["check"] for finding in self.document["findings"]}

    def select(self, outcome: str) -> dict[str, str]:
        """Return the observed behaviour by check id, for the checks with this outcome."""
        checks = self.document["checks"]
        return {c["id"]: c["observed"] for c in checks if c["outcome"] == outcome}


@pytest.fixture(scope="module")
def tokens(virtual_issuer: RunningIssuer) -> Mapping[str, tuple[Mapping[str, Any], str]]:
    """Return the header (empty if unreadable) and the credentials of each defective token."""
    return {id_: read_token(virtual_issuer.present(defect=id_)[0]) for id_ in TOKEN_DEFECTS}


def read_token(credentials: str) -> tuple[Mapping[str, Any], str]:
    encoded = credentials.rpartition(" ")[2].partition(".")[0]
    try:
        header = json.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except ValueError:
        header = {}
    return header if isinstance(header, dict) else {}, credentials


@pytest.fixture
def start_service(start_verifier: StartService) -> StartService:
    """Return a function that starts the weak verifier with a cooldown of 0.2 s."""

    def start(*arguments: str) -> str:
        return start_verifier("--cooldown", "0.2", *arguments)

    return start


@pytest.fixture
def probe(virtual_issuer: RunningIssuer, timing: Timing, clean_environ: dict[str, str]) -> Probe:
    """Return a function that runs the token part of `token-issuer probe` on virtual time."""

    def probe_tokens(
        url: str, *arguments: str, only: str = "tokens", issuer: RunningIssuer = virtual_issuer
    ) -> Report:
        result = call_main(
            lambda argv: run(parse_arguments(argv), timing),
            *("probe", url, "--issuer", issuer.url, "--only", only, "--json", *arguments),
            environ=clean_environ,
        )
        assert result.stdout, result.stderr
        assert not issuer.faults.list()
        return Report(result.returncode, json.loads(result.stdout))

    return probe_tokens


def expect(checks: Sequence[str]) -> set[str]:
    """Return the expected findings for a verifier without these checks."""
    found = {
        defect.id
        for defect in TOKEN_DEFECTS.values()
        if defect.check in checks and defect.verdict is Verdict.REFUSE
    }
    return found | ({ATTACKER_KEYS} if "embedded-keys" in checks else set())


@pytest.mark.parametrize(
    "settings",
    [
        {"verifier_url": "http://unreachable.internal"},
        {"public_url": "http://unreachable.internal"},
    ],
)
def test_rejected_pointer_is_not_judged_if_the_target_cannot_follow_it(
    start_weak_verifier: StartService, probe: Probe, settings: dict[str, Any]
) -> None:
    with run_token_issuer(**settings) as issuer:
        url = start_weak_verifier(issuer.jwks_uri)
        report = probe(url, only="jku,x5u,attacker-keys,signature-empty", issuer=issuer)

    skipped = report.select("skipped")
    assert report.select("passed").keys() >= {"signature-empty"}
    assert skipped.keys() == {"jku", "x5u", ATTACKER_KEYS}
    assert "TOKEN_ISSUER_VERIFIER_URL" in skipped["jku"]
    assert "unreachable.internal" in skipped[ATTACKER_KEYS]


def test_operator_who_fetches_the_keys_does_not_hide_a_vulnerable_verifier(
    start_weak_verifier: StartService, probe: Probe
) -> None:
    with run_token_issuer() as issuer:
        url = start_weak_verifier(issuer.jwks_uri, "--behaviour", "looks-at-jku")
        patient_http.get(issuer.jwks_uri, headers={"Host": "operator.internal:9"})
        report = probe(url, only="jku,attacker-keys", issuer=issuer)

    assert report.found == {ATTACKER_KEYS}


def test_rejected_pointer_is_not_judged_if_the_keys_are_fetched_under_several_names(
    start_weak_verifier: StartService, probe: Probe
) -> None:
    with run_token_issuer() as issuer:
        url = start_weak_verifier(issuer.jwks_uri)
        patient_http.get(issuer.jwks_uri, headers={"Host": "verifier.internal:9"})
        report = probe(url, only="jku,x5u,attacker-keys", issuer=issuer)

    assert report.select("skipped").keys() == {"jku", "x5u", ATTACKER_KEYS}
    assert "verifier.internal:9" in report.select("skipped")["jku"]


def test_strict_verifier_has_no_finding(start_service: StartService, probe: Probe) -> None:
    report = probe(start_service())

    assert (report.exit_code, report.found, report.select("failed")) == (0, set(), {})
    assert not report.select("skipped")
    assert {check["id"] for check in report.document["checks"]} >= set(TOKEN_DEFECTS)


@pytest.mark.parametrize("check", dict.fromkeys(each.check for each in TOKEN_DEFECTS.values()))
def test_only_the_missing_check_is_found_and_named(
    start_service: StartService, probe: Probe, check: str
) -> None:
    report = probe(start_service("--without", check))

    assert report.found == set(report.select("failed")) == expect([check])
    assert report.exit_code == bool(report.found)
    assert all(finding["remedy"] == CHECKS[check] for finding in report.document["findings"])
    assert all(finding["cause"] == check for finding in report.document["findings"])
    # Behaviour that the specifications leave open is reported without a finding.
    accepted = {id_ for id_, observed in report.select("open").items() if "accepted" in observed}
    assert {TOKEN_DEFECTS[id_].check for id_ in accepted} <= {check}
    assert accepted | report.found - {ATTACKER_KEYS}


def test_verifier_without_the_main_checks_is_found(
    start_service: StartService, probe: Probe
) -> None:
    lacking = ["signature", "exp", "aud"]

    report = probe(start_service(*(word for check in lacking for word in ("--without", check))))

    assert report.found == expect(lacking)
    severities = [finding["severity"] for finding in report.document["findings"]]
    assert severities[0] == "critical"


def test_fetch_for_a_rejected_token_is_found(start_service: StartService, probe: Probe) -> None:
    report = probe(start_service("--behaviour", "looks-at-jku"))

    assert report.found == {ATTACKER_KEYS}
    assert report.select("failed")[ATTACKER_KEYS].startswith("fetched for ")
    assert "jku" in report.select("failed")[ATTACKER_KEYS]


def test_crash_on_a_large_kid_is_found(
    start_service: StartService, probe: Probe, tokens: Mapping[str, Any]
) -> None:
    report = probe(start_service("--behaviour", "crashes-on-large-kid"))

    assert report.found == find_large_kids(tokens)
    assert set(report.select("failed").values()) == {"failed with 500"}
    assert {finding["severity"] for finding in report.document["findings"]} == {"medium"}


def test_failure_on_any_unknown_kid_is_not_blamed_on_one_kid(
    virtual_issuer: RunningIssuer, start_service: StartService, probe: Probe
) -> None:
    virtual_issuer.mint(alg="ES256")  # so that its key is published

    report = probe(start_service("--behaviour", "limits-unknown-kids"))

    findings = report.document["findings"]
    assert {TOKEN_DEFECTS[id_].check for id_ in report.found} == {"kid", "key-strength"}
    assert "kid-unknown" not in report.found  # the first of them
    assert {finding["title"] for finding in findings} == {
        "It fails on tokens with unknown kids: failed with 500."
    }
    assert set(report.select("failed").values()) == {
        "failed with 500; a harmless unknown kid now has the same result"
    }


def find_large_kids(tokens: Mapping[str, Any]) -> set[str]:
    found = {
        id_ for id_, (head, _) in tokens.items() if len(str(head.get("kid"))) > MAX_KID_CHARACTERS
    }
    assert found
    return found


def test_target_that_dies_is_found_and_the_rest_skipped(
    start_service: StartService, probe: Probe, tokens: Mapping[str, Any]
) -> None:
    report = probe(start_service("--behaviour", "dies-on-large-kid"))

    (deadly,) = find_large_kids(tokens)
    assert report.found == {deadly}
    assert report.document["findings"][0]["severity"] == "high"
    assert "has not accepted a good token since" in report.select("failed")[deadly]
    skipped = report.select("skipped")
    assert skipped.pop("keys").startswith(
        "the target no longer accepts a good token: no connection"
    )
    assert set(skipped.values()) == {"the target no longer accepts a good token"}


def test_closed_connection_of_a_live_target_is_a_rejection(
    start_service: StartService, probe: Probe, tokens: Mapping[str, Any]
) -> None:
    report = probe(start_service("--behaviour", "closes-on-large-kid"))

    assert (report.exit_code, report.found) == (0, set())
    observed = report.select("passed") | report.select("open")
    assert all("closed the connection" in observed[id_] for id_ in find_large_kids(tokens))


def test_token_without_a_response_is_found(
    start_service: StartService, probe: Probe, tokens: Mapping[str, Any]
) -> None:
    report = probe(start_service("--behaviour", "hangs-on-crit"), "--timeout", "30s")

    assert report.found == {id_ for id_, (header, _) in tokens.items() if "crit" in header}
    assert set(report.select("failed").values()) == {"no response within 30 s"}


def test_rejected_good_token_is_found(
    start_service: StartService, probe: Probe, tokens: Mapping[str, Any]
) -> None:
    report = probe(start_service("--behaviour", "needs-exact-scheme"))

    assert report.found == {
        id_
        for id_, (_, credentials) in tokens.items()
        if TOKEN_DEFECTS[id_].verdict is Verdict.ACCEPT
        and not credentials.strip().startswith("Bearer ")
    }
    assert report.document["findings"][0]["title"].startswith("It rejects ")


@pytest.mark.parametrize(
    ("service", "options"),
    [
        (["--header", "X-Api-Token"], ["--header", "X-Api-Token", "--no-scheme"]),
        (["--cookie", "session"], ["--cookie", "session"]),
    ],
)
def test_defects_that_another_header_or_cookie_cannot_carry_are_skipped(
    start_service: StartService, probe: Probe, service: list[str], options: list[str]
) -> None:
    strict = probe(start_service(*service), *options)
    weak = probe(start_service(*service, "--without", "aud"), *options)

    assert (strict.exit_code, strict.found) == (0, set())
    assert weak.found == expect(["aud"])
    skipped = strict.select("skipped")
    assert "scheme-lower-case" in skipped
    assert all("cannot be sent to this target: " in reason for reason in skipped.values())


def test_slow_target_has_no_finding(start_service: StartService, probe: Probe) -> None:
    report = probe(start_service("--behaviour", "slow"), only="issuer")

    assert (report.exit_code, report.found) == (0, set())


def test_status_of_a_rate_limit_is_not_a_rejection(
    start_service: StartService, probe: Probe
) -> None:
    url = start_service("--behaviour", "answers-429")

    stopped = probe(url)
    configured = probe(url, "--refuse-status", "401,429")

    assert stopped.exit_code == 2
    assert "send fewer per second, such as --rate 2" in stopped.document["stopped"]
    assert "--refuse-status 429" in stopped.document["stopped"]
    assert (configured.exit_code, configured.found) == (0, set())


def test_token_of_a_key_that_is_not_fetched_is_skipped(
    start_service: StartService, probe: Probe
) -> None:
    report = probe(start_service("--fetching", "never-refetches"), only="key-weak,signature-empty")

    assert (report.exit_code, report.found) == (0, set())
    assert "has not fetched the key" in report.select("skipped")["key-weak"]


@pytest.mark.parametrize(
    ("service", "arguments", "reason"),
    [
        (["--audience", "other"], [], "it has fetched the keys; the good token has iss"),
        (["--issuer", "other"], [], "(--iss, --aud, --sub, --claim)"),
        ([], ["--aud", "elsewhere"], "aud 'elsewhere'"),
        ([], ["--header", "X-Api-Token"], "(--header, --cookie)"),
        (
            ["--behaviour", "accepts-no-token"],
            [],
            "without a token is rejected; observed: accepted with 200",
        ),
    ],
)
def test_failed_baseline_is_explained(
    virtual_issuer: RunningIssuer,
    start_service: StartService,
    probe: Probe,
    service: list[str],
    arguments: list[str],
    reason: str,
) -> None:
    fetch_json(virtual_issuer.jwks_uri)  # otherwise the missing fetch would be the reason

    report = probe(start_service(*service), *arguments)

    assert report.exit_code == 2
    assert reason in report.document["stopped"]
    assert not report.document["findings"]


@pytest.mark.parametrize(
    ("behaviour", "observed"),
    [
        ("answers-500-to-malformed", "failed with 500"),
        ("closes-on-malformed", "closed the connection without a response"),
    ],
)
def test_failure_instead_of_a_rejection_is_a_finding_and_the_probe_continues(
    start_service: StartService, probe: Probe, behaviour: str, observed: str
) -> None:
    report = probe(start_service("--behaviour", behaviour), only="signature-empty,alg-none")

    assert report.exit_code == 1
    assert report.document["stopped"] is None
    assert report.found == {"baseline-none", "baseline-garbage"}
    assert set(report.select("failed").values()) == {observed}
    assert report.select("passed").keys() >= {"baseline-good", "signature-empty", "alg-none"}
    for finding in report.document["findings"]:
        assert finding["severity"] == "medium"
        assert finding["reproduction"].startswith("curl -i ")
        assert observed in finding["title"]


def test_target_of_another_issuer_is_explained(start_service: StartService, probe: Probe) -> None:
    with run_token_issuer() as unasked:
        report = probe(start_service(), issuer=unasked)

    assert report.exit_code == 2
    assert f"it has not fetched the keys from {unasked.url}" in report.document["stopped"]
    assert unasked.jwks_uri in report.document["stopped"]
