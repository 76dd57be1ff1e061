# DEV-ONLY: never ship to production.
"""The key part of a probe: how a target fetches, keeps and replaces the keys of its issuer.

The documents say meanwhile that they may be kept for a second or two, so that the target fetches
often, by itself. Tokens with unknown kids come last: after them verifiers fetch nothing for some
time.
"""

from collections.abc import Callable
from typing import Final

from token_issuer.probe.issuer_control import IssuerClient
from token_issuer.probe.key_endpoint.context import ProbeContext
from token_issuer.probe.key_endpoint.recorder import Recorder, skip
from token_issuer.probe.key_endpoint.stages import TITLES, Stage, choose_stages
from token_issuer.probe.results import Check, Finding
from token_issuer.probe.target.target import Target

DEFAULT_BUDGET_S: Final = 42.0
"""How long the key part may take, in seconds; what does not fit in is skipped, and says so."""

__all__ = ["DEFAULT_BUDGET_S", "TITLES", "probe_keys"]


def probe_keys(
    target: Target,
    issuer: IssuerClient,
    *,
    select: Callable[[str], bool],
    report: Callable[[Check], None],
    budget_s: float = DEFAULT_BUDGET_S,
) -> tuple[list[Check], list[Finding]]:
    """Polling how *target* handles the keys of *issuer*.

    The issuer's keys rotate meanwhile; those that were there before stay published. Its faults are
    reset at the end.

    Args:
        target: The verifier; it accepts the issuer's tokens.
        issuer: The issuer that it trusts.
        select: Tells whether the check of an id is asked for.
        report: Told of each check as it is done.
        budget_s: How long it may take altogether, in seconds.

    Returns:
        The checks that were asked for, and what they found.

    Raises:
        RemoteIssuerError: the issuer is gone, or refuses.
        ProbeError: the probe has sent as much as it may.
    """
    sheet = Recorder(TITLES, select, report, target.timing.start_timer())
    stages = choose_stages(select)
    if not stages:
        return [], []
    bench = ProbeContext(target, issuer, budget_s)
    bench.set_faults()
    bench.known = issuer.mint().token
    try:
        for stage in stages:
            _run(stage, bench, sheet)
    finally:
        issuer.reset_faults()
    return sheet.checks, sheet.findings


def _run(stage: Stage, bench: ProbeContext, sheet: Recorder) -> None:
    obstacle = stage.find_obstacle(bench)
    if obstacle:
        for check in stage.checks:
            sheet.enter(skip(check, obstacle))
        return
    for seen in stage.run(bench):
        sheet.enter(seen)
