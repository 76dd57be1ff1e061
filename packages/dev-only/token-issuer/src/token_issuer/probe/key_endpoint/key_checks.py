# DEV-ONLY: never ship to production.
"""The key part of a probe: how a target fetches, caches and replaces the keys of its issuer.

During this part the key documents have a max-age of 1 or 2 s, so that the target fetches often.
Tokens with unknown kids come last, since verifiers do not fetch for some time after them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.key_endpoint.context import ProbeContext
from token_issuer.probe.key_endpoint.expiry import MAX_AGE, REMOVAL, observe_expiry
from token_issuer.probe.key_endpoint.fault_cases import FAULT_CASES
from token_issuer.probe.key_endpoint.fault_tolerance import observe_fault
from token_issuer.probe.key_endpoint.outage import OUTAGE, observe_outage
from token_issuer.probe.key_endpoint.recorder import Observation, Recorder, skip
from token_issuer.probe.key_endpoint.rotation import (
    OVERLAP,
    RETURN,
    ROTATION,
    STALE,
    observe_return,
    observe_rotation,
    observe_stale_document,
)
from token_issuer.probe.key_endpoint.unknown_kids import (
    SENT_TOKENS,
    UNKNOWN_KIDS,
    observe_unknown_kids,
)
from token_issuer.probe.results import Check, Finding
from token_issuer.probe.target.client import Target
from token_issuer.probe.wording import describe_count

MAX_KEY_PART_S: Final = 42.0
"""Default time limit of the key part, in seconds; checks beyond it are skipped."""
_RESERVED_S: Final = 4.0  # for the scenarios that are never skipped


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """A sequence of requests for one or more checks.

    Attributes:
        checks: Title of each check by its id.
        observe: Sends the requests, and yields an observation for each check.
        fetches: How many fetches by the target the scenario needs.
        is_optional: Whether the scenario is skipped when time is short.
    """

    checks: dict[str, str]
    observe: Callable[[ProbeContext], Iterator[Observation]]
    fetches: int = 0
    is_optional: bool = False

    def find_skip_reason(self, context: ProbeContext) -> str:
        """Return why the scenario cannot run now; empty if it can."""
        if context.is_lost or (self.fetches and context.skip_reason):
            return context.skip_reason
        needed_s = self.fetches * (context.refetch_s or 0) + _RESERVED_S
        if self.is_optional and context.remaining_s < needed_s:
            return (
                f"no time left in {context.budget_s:.0f} s: this check needs up to "
                f"{needed_s:.0f} s; select it alone with --only"
            )
        return ""


_ROTATION: Final = Scenario(
    checks={
        ROTATION: "a new key signs as soon as it is published",
        OVERLAP: "tokens of the old key during a rotation",
    },
    observe=observe_rotation,
)
_SCENARIOS: Final = (
    _ROTATION,
    Scenario(
        checks={
            MAX_AGE: "the max-age of the key set",
            REMOVAL: "a key is removed from the key set",
        },
        observe=observe_expiry,
        fetches=1,
    ),
    Scenario(
        checks={OUTAGE: "the key endpoint is down for longer than the max-age"},
        observe=observe_outage,
        fetches=2,
    ),
    *(
        Scenario(
            checks={case.id: f"the key endpoint serves {case.title}"},
            observe=partial(observe_fault, case),
            fetches=1,
            is_optional=True,
        )
        for case in FAULT_CASES
    ),
    Scenario(
        checks={STALE: "the key endpoint serves the old key set while the new key signs"},
        observe=observe_stale_document,
        fetches=2,
        is_optional=True,
    ),
    Scenario(checks={RETURN: "a new key signs after all these faults"}, observe=observe_return),
    Scenario(
        checks={UNKNOWN_KIDS: f"{describe_count(SENT_TOKENS, 'token')} with unknown kids"},
        observe=observe_unknown_kids,
    ),
)
KEY_CHECKS: Final = {
    check: title for scenario in _SCENARIOS for check, title in scenario.checks.items()
}
"""The title of each check of the key part, by its id."""


def check_keys(
    target: Target,
    issuer: IssuerClient,
    *,
    select: Callable[[str], bool],
    report: Callable[[Check], None],
    budget_s: float = MAX_KEY_PART_S,
) -> tuple[list[Check], list[Finding]]:
    """Check how *target* handles the keys of *issuer*.

    Rotates the keys of the issuer; keys that existed before stay published. Resets the faults of
    the issuer at the end.

    Args:
        target: The verifier; it accepts the issuer's tokens.
        issuer: The issuer that the target trusts.
        select: Returns whether the check with an id is selected.
        report: Called with each check when it is done.
        budget_s: Time limit of all checks together, in seconds.

    Returns:
        The selected checks, and their findings.

    Raises:
        RemoteIssuerError: the issuer cannot be reached, or rejects a request.
        ProbeError: the probe has reached its request limit.
    """
    scenarios = _choose_scenarios(select)
    if not scenarios:
        return [], []
    recorder = Recorder(KEY_CHECKS, select, report, target.timing.start_timer())
    context = ProbeContext(target, issuer, budget_s)
    context.set_faults()
    context.known_token = issuer.mint().token
    try:
        for scenario in scenarios:
            _run(scenario, context, recorder)
    finally:
        issuer.reset_faults()
    return recorder.checks, recorder.findings


def _choose_scenarios(select: Callable[[str], bool]) -> list[Scenario]:
    """Return the scenarios of the selected checks, in order.

    Scenarios that need fetches need the rotation before them: it leaves the target with a key set
    that expires soon.
    """
    chosen = [scenario for scenario in _SCENARIOS if any(map(select, scenario.checks))]
    needs_rotation = _ROTATION not in chosen and any(scenario.fetches for scenario in chosen)
    return [_ROTATION, *chosen] if needs_rotation else chosen


def _run(scenario: Scenario, context: ProbeContext, recorder: Recorder) -> None:
    reason = scenario.find_skip_reason(context)
    if reason:
        for check in scenario.checks:
            recorder.record(skip(check, reason))
        return
    for observation in scenario.observe(context):
        recorder.record(observation)
