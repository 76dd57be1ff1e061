# DEV-ONLY: never ship to production.
"""The result of a probe: its checks and findings."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from token_issuer.severity import Severity


class Command(StrEnum):
    """The commands that probe."""

    PROBE = "probe"
    """Probes a service that verifies tokens."""
    PROBE_LOGIN = "probe-login"
    """Probes an application that logs users in."""


class Part(StrEnum):
    """The parts of a probe, in their order."""

    BASELINE = "baseline"
    REQUEST = "request"
    LOGINS = "logins"
    TOKENS = "tokens"
    KEYS = "keys"


class Outcome(StrEnum):
    """The outcome of a check."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    """No verdict: the specifications allow both this behaviour and its opposite."""
    SKIPPED = "skipped"
    """Not run, for the reason in `Check.observed`."""


class Reaction(StrEnum):
    """How the target reacted to a token or a login."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """Rejected the token or the login."""
    CRASHED = "crashed"
    """A 5xx status, or no connection."""
    HUNG = "hung"
    """No response in time."""
    UNCLEAR = "unclear"
    """Neither acceptance nor rejection: a status such as 429, or a login without the defect."""


class Reply(Protocol):
    """The reaction of the target, and how it was observed."""

    @property
    def reaction(self) -> Reaction:
        """How the target reacted."""

    @property
    def status(self) -> int | None:
        """The HTTP status; None without a response."""

    @property
    def duration_s(self) -> float:
        """The duration, in seconds."""

    def describe(self) -> str:
        """Describe the reaction in a few words: "rejected with 401"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check and its result.

    Attributes:
        part: The part of the probe that the check belongs to.
        id: Its stable name: the id of the defect, or `keys-...`.
        title: The tested case, in a few words.
        outcome: The outcome of the check.
        observed: The observed behaviour, or why the check was skipped: "rejected with 401", "new
            key accepted after 0.4 s".
        reaction: The reaction of the target if the check is about a single request.
        status: The HTTP status of the response; None without a response.
        duration_s: Duration of the check, in seconds.
    """

    part: Part
    id: str
    title: str
    outcome: Outcome
    observed: str
    reaction: Reaction | None = None
    status: int | None = None
    duration_s: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A weakness of the target, found by a check that failed.

    Attributes:
        check: The id of the check that found it.
        severity: How serious the weakness is.
        title: The weakness in a sentence: "It accepts tokens whose signature is cut short."
        why: What an attacker can do with the weakness, or what can happen by accident.
        remedy: What to change, in the terms of a verifier's settings.
        source: RFC and section, CVE or GHSA.
        cause: The missing check of the verifier, in a word or two; may be empty. Findings with the
            same cause and remedy are shown together.
        reproduction: A shell command line that repeats the requests.
    """

    check: str
    severity: Severity
    title: str
    why: str
    remedy: str
    source: str
    cause: str = ""
    reproduction: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The result of a whole probe.

    Attributes:
        command: The command that probed.
        target: The URL that was probed, without credentials.
        issuer: The base URL of the token issuer.
        version: The version of the probe.
        started_at: Time at which the probe started.
        duration_s: Duration of the probe, in seconds.
        checks: The checks, in the order of the parts.
        findings: The findings, in the order in which they were found.
        stopped: Why the probe stopped after the baseline; empty if it completed.
        least: The lowest severity of the findings that are shown.
        hidden: The number of findings below it, which are not shown.
    """

    command: Command
    target: str
    issuer: str
    version: str
    started_at: datetime
    duration_s: float
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    stopped: str = ""
    least: Severity = Severity.LOW
    hidden: int = 0

    def show_from(self, least: Severity) -> "Result":
        """Return the result without findings below *least*, and without their checks."""
        shown = tuple(finding for finding in self.findings if finding.severity >= least)
        of_hidden = {finding.check for finding in self.findings if finding.severity < least}
        of_hidden -= {finding.check for finding in shown}
        return replace(
            self,
            checks=tuple(check for check in self.checks if check.id not in of_hidden),
            findings=shown,
            least=least,
            hidden=len(self.findings) - len(shown),
        )
