# DEV-ONLY: never ship to production.
"""Run a whole probe: the baseline, then the parts, then the descriptions of the findings."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from token_issuer.probe.results import Check, Command, Finding, Result
from token_issuer.probe.timing import Timing

Report = Callable[[Check], None]
"""Called with each check when it is done."""


class Probe(Protocol):
    """The checks of one kind of target."""

    @property
    def command(self) -> Command:
        """The command that probes."""

    @property
    def url(self) -> str:
        """The probed URL, without credentials."""

    @property
    def timing(self) -> Timing:
        """Clock and sleep of the probe."""

    def check_baseline(self, report: Report) -> tuple[list[Check], list[Finding], str]:
        """Run the checks without which no other check means anything.

        Returns:
            The checks, the findings, and the reason why the target cannot be probed; empty if it
            can.
        """

    def check_parts(self, report: Report) -> Iterator[tuple[list[Check], list[Finding]]]:
        """Run the other checks; yield the checks and the findings of each part."""

    def describe_reproduction(self, check: str) -> str:
        """Return a shell command line that repeats the requests of the check with this id."""


def run_probe(probe: Probe, issuer_url: str, version: str, report: Report) -> Result:
    """Run the selected checks and return their result.

    Args:
        probe: The checks.
        issuer_url: The base URL of the issuer, for the report.
        version: The version of the token issuer, for the report.
        report: Called with each check when it is done.

    Raises:
        RemoteIssuerError: the issuer cannot be reached.
        ProbeError: the limit on the number of requests is reached.
    """
    timer, started_at = probe.timing.start_timer(), datetime.now(UTC)
    checks, findings, stopped = probe.check_baseline(report)
    if not stopped:
        for part_checks, part_findings in probe.check_parts(report):
            checks += part_checks
            findings += part_findings
    return Result(
        command=probe.command,
        target=probe.url,
        issuer=issuer_url,
        version=version,
        started_at=started_at,
        duration_s=timer.seconds,
        checks=tuple(checks),
        findings=tuple(
            replace(finding, reproduction=probe.describe_reproduction(finding.check))
            for finding in findings
        ),
        stopped=stopped,
    )
