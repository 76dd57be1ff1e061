# DEV-ONLY: never ship to production.
"""Results of three probes: with findings, without findings, and stopped after the baseline."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import pytest
from token_issuer.probe.results import Check, Command, Finding, Outcome, Part, Reaction, Result
from token_issuer.severity import Severity

STARTED_AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORGERY: Final = "Anyone can forge a token for any user; no key is needed."
ALGORITHMS: Final = "Allow only the algorithms that your issuer uses."
AUDIENCE: Final = "Configure the audience of this service, and require the claim aud."


def _check(id_: str, outcome: Outcome, reaction: Reaction, status: int, title: str) -> Check:
    return Check(
        part=Part.TOKENS,
        id=id_,
        title=title,
        outcome=outcome,
        observed=f"{reaction} with {status}",
        reaction=reaction,
        status=status,
        duration_s=0.012,
    )


GOOD: Final = dataclasses.replace(
    _check("baseline-good", Outcome.PASSED, Reaction.ACCEPTED, 200, "a good token"),
    part=Part.BASELINE,
)
CHECKS: Final = (
    GOOD,
    _check("aud-missing", Outcome.FAILED, Reaction.ACCEPTED, 200, "a token without audience"),
    _check("alg-none", Outcome.FAILED, Reaction.ACCEPTED, 200, "a token with alg none"),
    _check("alg-none-upper", Outcome.FAILED, Reaction.ACCEPTED, 200, "a token with alg NONE"),
    _check("alg-hs256", Outcome.FAILED, Reaction.CRASHED, 500, "an HS256 token"),
    _check("aud-wrong", Outcome.FAILED, Reaction.ACCEPTED, 200, "a token for another audience"),
    _check("exp-day", Outcome.PASSED, Reaction.REFUSED, 401, "a token that expired"),
    _check("typ-wrong", Outcome.OPEN, Reaction.ACCEPTED, 200, "a token with typ JWE"),
    Check(
        part=Part.KEYS,
        id="keys-burst",
        title="200 tokens with random kids",
        outcome=Outcome.FAILED,
        observed="the keys were fetched 200 times in 1.1 s",
        duration_s=1.13,
    ),
    Check(
        part=Part.KEYS,
        id="keys-max-age",
        title="honours max-age",
        outcome=Outcome.SKIPPED,
        observed="the probe was given no admin secret",
    ),
    Check(
        part=Part.KEYS,
        id="keys-weak",
        title="a 1024-bit key among good ones",
        outcome=Outcome.SKIPPED,
        observed="the probe was given no admin secret",
    ),
)


def _find(check: str, severity: Severity, cause: str, remedy: str, why: str) -> Finding:
    return Finding(
        check=check,
        severity=severity,
        title=f"It accepts {check}.",
        why=why,
        remedy=remedy,
        source="RFC 8725 §3.1, CVE-2015-9235",
        cause=cause,
        reproduction=f"curl -i 'http://127.0.0.1:8080/api?{check}'",
    )


FINDINGS: Final = (
    _find("aud-missing", Severity.MEDIUM, "aud", AUDIENCE, "The token has no audience."),
    _find(
        "keys-burst",
        Severity.MEDIUM,
        "cooldown",
        "Fetch at most once in 30 s.",
        "The service can be stopped.",
    ),
    _find("alg-hs256", Severity.CRITICAL, "algorithms", ALGORITHMS, "The key is public."),
    _find("aud-wrong", Severity.HIGH, "aud", AUDIENCE, "The token was issued for another service."),
    _find("alg-none-upper", Severity.CRITICAL, "algorithms", ALGORITHMS, FORGERY),
    _find("alg-none", Severity.CRITICAL, "algorithms", ALGORITHMS, FORGERY),
)


@pytest.fixture
def bad() -> Result:
    """Return the result for a verifier with six weaknesses, which three changes fix."""
    return Result(
        command=Command.PROBE,
        target="http://127.0.0.1:8080/api",
        issuer="http://127.0.0.1:8081",
        version="0.1.0",
        started_at=STARTED_AT,
        duration_s=41.2,
        checks=CHECKS,
        findings=FINDINGS,
    )


@pytest.fixture
def clean(bad: Result) -> Result:
    """Return the result for a verifier without weaknesses."""
    passed = tuple(check for check in CHECKS if check.outcome is Outcome.PASSED)
    return dataclasses.replace(bad, checks=passed, findings=())


@pytest.fixture
def stopped(bad: Result) -> Result:
    """Return the result for a URL that requires no token."""
    failed = dataclasses.replace(GOOD, id="baseline-none", outcome=Outcome.FAILED)
    reason = "this URL needs no token. Choose one that requires a bearer token."
    return dataclasses.replace(bad, checks=(GOOD, failed), findings=(), stopped=reason)


@pytest.fixture
def fill(bad: Result) -> Callable[[str], Result]:
    """Return a function that sets every text of a result to a given text."""

    def fill(text: str) -> Result:
        check = Check(
            part=Part.TOKENS, id=text, title=text, outcome=Outcome.FAILED, observed=text, status=200
        )
        skipped = dataclasses.replace(check, id=f"{text} again", outcome=Outcome.SKIPPED)
        finding = Finding(
            check=text,
            severity=Severity.HIGH,
            title=text,
            why=text,
            remedy=text,
            source=text,
            cause=text,
            reproduction=text,
        )
        milder = dataclasses.replace(finding, severity=Severity.LOW, title=f"{text} again")
        return dataclasses.replace(
            bad,
            target=text,
            issuer=text,
            version=text,
            stopped=text,
            checks=(check, skipped),
            findings=(finding, milder),
        )

    return fill
