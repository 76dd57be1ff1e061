# DEV-ONLY: never ship to production.
"""Run a whole probe: the baseline, then the token part, then the key part."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from token_issuer.probe.baseline import check_baseline
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.key_endpoint.key_checks import MAX_KEY_PART_S, check_keys
from token_issuer.probe.polling import accepts_good_token
from token_issuer.probe.reproduction import Reproduction
from token_issuer.probe.results import Check, Finding, Outcome, Part, Result
from token_issuer.probe.selection import Selection
from token_issuer.probe.target.client import Target
from token_issuer.probe.timing import Timer
from token_issuer.probe.tokens.token_checks import check_tokens

_MAX_PARTS_S: Final = 57.0  # of the token part and the key part together
_MIN_KEY_PART_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe of one target, ready to run.

    Attributes:
        target: The URL to probe.
        issuer: The issuer that the target trusts.
        selection: The selected checks.
        wait_s: Time limit until the target accepts the first good token, in seconds.
        version: The version of the token issuer, for the report.
    """

    target: Target
    issuer: IssuerClient
    selection: Selection
    wait_s: float
    version: str

    def run(self, report: Callable[[Check], None]) -> Result:
        """Run the selected checks and return their result.

        Args:
            report: Called with each check when it is done.

        Raises:
            RemoteIssuerError: the issuer cannot be reached.
            ProbeError: the limit on the number of requests is reached.
        """
        timer, started_at = self.target.timing.start_timer(), datetime.now(UTC)
        checks, findings, stopped = check_baseline(
            self.target, self.issuer, wait_s=self.wait_s, report=report
        )
        if not stopped:
            since_baseline = self.target.timing.start_timer()
            token_part = self._check_tokens(report)
            key_part = self._check_keys(report, since_baseline)
            for part_checks, part_findings in (token_part, key_part):
                checks += part_checks
                findings += part_findings
        reproduction = Reproduction(self.target, self.issuer)
        return Result(
            target=self.target.url,
            issuer=self.issuer.url,
            version=self.version,
            started_at=started_at,
            duration_s=timer.seconds,
            checks=tuple(checks),
            findings=tuple(
                replace(finding, reproduction=reproduction.describe(finding.check))
                for finding in findings
            ),
            stopped=stopped,
        )

    def _check_tokens(self, report: Callable[[Check], None]) -> tuple[list[Check], list[Finding]]:
        return check_tokens(self.target, self.issuer, select=self.selection.includes, report=report)

    def _check_keys(
        self, report: Callable[[Check], None], since_baseline: Timer
    ) -> tuple[list[Check], list[Finding]]:
        if accepts_good_token(self.target, self.issuer):
            remaining_s = max(_MAX_PARTS_S - since_baseline.seconds, _MIN_KEY_PART_S)
            return check_keys(
                self.target,
                self.issuer,
                select=self.selection.includes,
                report=report,
                budget_s=min(remaining_s, MAX_KEY_PART_S),
            )
        response = self.target.send(self.issuer.mint().authorization)
        check = Check(
            part=Part.KEYS,
            id="keys",
            title="how the target fetches its keys",
            outcome=Outcome.SKIPPED,
            observed=f"the target no longer accepts a good token: {response.describe()}",
        )
        report(check)
        return [check], []
