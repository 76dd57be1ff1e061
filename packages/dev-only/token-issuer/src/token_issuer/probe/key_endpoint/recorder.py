# DEV-ONLY: never ship to production.
"""From what was seen to checks and findings."""

from collections.abc import Callable
from dataclasses import dataclass, field

from token_issuer.probe.key_endpoint.weakness import Weakness
from token_issuer.probe.results import Check, Finding, Outcome, Part
from token_issuer.probe.timing import Timer


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What was seen of one question.

    Attributes:
        id: The id of the check.
        observed: What was seen, for people.
        outcome: What becomes of the check.
        weakness: What it comes to; None where nothing is wrong.
    """

    id: str
    observed: str
    outcome: Outcome = Outcome.PASSED
    weakness: Weakness | None = None


def fail(check: str, weakness: Weakness, observed: str) -> Observation:
    """Return what was seen of a weakness."""
    return Observation(id=check, observed=observed, outcome=Outcome.FAILED, weakness=weakness)


def skip(check: str, reason: str) -> Observation:
    """Return that nothing could be seen, and why."""
    return Observation(id=check, observed=reason, outcome=Outcome.SKIPPED)


@dataclass
class Recorder:
    """The checks that were asked for, as they come in.

    Attributes:
        titles: The checks by id.
        select: Whether a check was asked for.
        report: Told of each check.
        timer: Runs since the first one began.
    """

    titles: dict[str, str]
    select: Callable[[str], bool]
    report: Callable[[Check], None]
    timer: Timer
    checks: list[Check] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _entered_s: float = 0.0

    def enter(self, seen: Observation) -> None:
        """Enter what was seen; it took since the last entry."""
        now_s = self.timer.seconds
        duration_s, self._entered_s = now_s - self._entered_s, now_s
        if not self.select(seen.id):
            return
        check = Check(
            part=Part.KEYS,
            id=seen.id,
            title=self.titles[seen.id],
            outcome=seen.outcome,
            observed=seen.observed,
            duration_s=duration_s,
        )
        self.checks.append(check)
        if seen.weakness is not None:
            self.findings.append(seen.weakness(check=seen.id))
        self.report(check)
