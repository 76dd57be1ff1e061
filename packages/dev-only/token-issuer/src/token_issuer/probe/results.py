# DEV-ONLY: never ship to production.
"""What a probe saw, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from token_issuer.severity import Severity


class Part(StrEnum):
    """The parts of a probe, in their order."""

    BASELINE = "baseline"
    TOKENS = "tokens"
    KEYS = "keys"


class Outcome(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    """Observed; the specifications allow what was seen and its opposite."""
    SKIPPED = "skipped"
    """Not run, for the reason given."""


class Reaction(StrEnum):
    """How the target took a request."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    CRASHED = "crashed"
    """A 5xx status, or no connection afterwards."""
    HUNG = "hung"
    """No answer in time."""
    UNCLEAR = "unclear"
    """A status that is listed neither as accepted nor as refused, such as 429."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One question, and what was seen.

    Attributes:
        part: Where it belongs.
        id: Its stable name: the id of the defect, or `keys-...`.
        title: What it is about, in a few words.
        outcome: What became of it.
        observed: What was seen, for people: "refused with 401", "picked up after 0.4 s".
        reaction: How the target took the request, where the check is about one request.
        status: The HTTP status of that answer; None without one.
        duration_s: How long the check took, in seconds.
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
    """A weakness.

    Attributes:
        check: The id of the check that found it.
        severity: How bad it is.
        title: The weakness in a sentence: "It accepts tokens whose signature is cut short."
        why: What an attacker, or an accident, makes of it.
        remedy: What to change, in the terms of a verifier's settings.
        source: RFC and section, CVE or GHSA.
        cause: What the verifier lacks, in a word or two: the check of a verifier that a defect
            names. Findings of one cause and one remedy are shown together; empty for none.
    """

    check: str
    severity: Severity
    title: str
    why: str
    remedy: str
    source: str
    cause: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A whole probe.

    Attributes:
        target: The URL that was probed, without credentials.
        issuer: The base URL of the token issuer.
        version: The version of the prober.
        started_at: When it began.
        duration_s: How long it took, in seconds.
        checks: What was seen, in the order of the parts.
        findings: The weaknesses, in the order in which they were found.
        stopped: Why the probe went no further than the baseline; empty when it did.
    """

    target: str
    issuer: str
    version: str
    started_at: datetime
    duration_s: float
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    stopped: str = ""
