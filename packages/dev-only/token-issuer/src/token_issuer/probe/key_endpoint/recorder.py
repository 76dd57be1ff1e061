# DEV-ONLY: never ship to production.
"""Observations of the key part, and the checks and findings made from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from token_issuer.probe.key_endpoint.weaknesses import Weakness
from token_issuer.probe.results import Check, Finding, Outcome, Part
from token_issuer.probe.timing import Timer


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """The result of one check.

    Attributes:
        id: The id of the check.
        observed: Description for readers.
        outcome: Outcome of the check.
        weakness: The observed weakness, if any.
    """

    id: str
    observed: str
    outcome: Outcome = Outcome.PASSED
    weakness: Weakness | None = None


def fail(check: str, weakness: Weakness, observed: str) -> Observation:
    """Return the observation of a weakness."""
    return Observation(id=check, observed=observed, outcome=Outcome.FAILED, weakness=weakness)


def skip(check: str, reason: str) -> Observation:
    """Return the observation of a check that did not run, with the reason."""
    return Observation(id=check, observed=reason, outcome=Outcome.SKIPPED)


@dataclass
class Recorder:
    """Collects the results of the selected checks.

    Attributes:
        titles: Title of each check by its id.
        select: Returns whether the check with an id is selected.
        report: Called with each check when it is done.
        timer: Started when the first check began.
    """

    titles: Mapping[str, str]
    select: Callable[[str], bool]
    report: Callable[[Check], None]
    timer: Timer
    checks: list[Check] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _recorded_s: float = 0.0

    def record(self, observation: Observation) -> None:
        """Record an observation; its duration is the time since the previous one."""
        now_s = self.timer.seconds
        duration_s, self._recorded_s = now_s - self._recorded_s, now_s
        if not self.select(observation.id):
            return
        check = Check(
            part=Part.KEYS,
            id=observation.id,
            title=self.titles[observation.id],
            outcome=observation.outcome,
            observed=observation.observed,
            duration_s=duration_s,
        )
        self.checks.append(check)
        if observation.weakness is not None:
            self.findings.append(observation.weakness(check=observation.id))
        self.report(check)
