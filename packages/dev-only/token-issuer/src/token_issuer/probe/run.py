# DEV-ONLY: never ship to production.
"""A whole probe: the baseline, the tokens, the keys, and what follows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from token_issuer.probe.baseline import probe_baseline
from token_issuer.probe.issuer_control import IssuerClient
from token_issuer.probe.key_endpoint.run import DEFAULT_BUDGET_S, probe_keys
from token_issuer.probe.liveness import is_alive
from token_issuer.probe.results import Check, Finding, Outcome, Part, Result
from token_issuer.probe.selection import Selection
from token_issuer.probe.target.target import Target
from token_issuer.probe.timing import Timer
from token_issuer.probe.tokens.probe import probe_tokens

_MAX_DURATION_S: Final = 57.0  # altogether, once the baseline has been passed
_MIN_KEY_PART_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Probe:
    """What is probed, and how.

    Attributes:
        target: What is probed.
        issuer: The issuer that it trusts.
        selection: Which checks are wanted.
        wait_s: How long the first good token may take to be accepted, in seconds.
        version: The version of the prober.
    """

    target: Target
    issuer: IssuerClient
    selection: Selection
    wait_s: float
    version: str

    def run(self, report: Callable[[Check], None]) -> Result:
        """Probe, and return what was found.

        Args:
            report: Told of each check as it is done.

        Raises:
            RemoteIssuerError: the issuer is gone.
            ProbeError: the probe has sent as many requests as it may.
        """
        timer, started_at = self.target.timing.start_timer(), datetime.now(UTC)
        checks, stopped = probe_baseline(
            self.target, self.issuer, wait_s=self.wait_s, report=report
        )
        findings: list[Finding] = []
        if not stopped:
            since_baseline = self.target.timing.start_timer()
            tokens = self._probe_tokens(report)
            for seen, found in (tokens, self._probe_keys(report, since_baseline)):
                checks += seen
                findings += found
        return Result(
            target=self.target.url,
            issuer=self.issuer.url,
            version=self.version,
            started_at=started_at,
            duration_s=timer.seconds,
            checks=tuple(checks),
            findings=tuple(findings),
            stopped=stopped,
        )

    def _probe_tokens(self, report: Callable[[Check], None]) -> tuple[list[Check], list[Finding]]:
        return probe_tokens(self.target, self.issuer, select=self.selection.includes, report=report)

    def _probe_keys(
        self, report: Callable[[Check], None], since_baseline: Timer
    ) -> tuple[list[Check], list[Finding]]:
        if is_alive(self.target, self.issuer):
            left_s = max(_MAX_DURATION_S - since_baseline.seconds, _MIN_KEY_PART_S)
            return probe_keys(
                self.target,
                self.issuer,
                select=self.selection.includes,
                report=report,
                budget_s=min(left_s, DEFAULT_BUDGET_S),
            )
        check = Check(
            part=Part.KEYS,
            id="keys",
            title="how it fetches its keys",
            outcome=Outcome.SKIPPED,
            observed="the target no longer accepts a good token",
        )
        report(check)
        return [check], []
