# DEV-ONLY: never ship to production.
"""The key part of a login probe: logins with a new key, and while the key endpoint has a fault."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from token_issuer.paths import JWKS_PATH
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.key_endpoint.fault_cases import DRIP_INTERVAL_S, FAULT_CASES, FaultCase
from token_issuer.probe.key_endpoint.recorder import Observation, Recorder, fail, skip
from token_issuer.probe.key_endpoint.weaknesses import (
    HANGS,
    LEAVES_ITS_HOST,
    MISSES_NEW_KEYS,
    NEVER_RECOVERS,
    SPOILT_BY_ONE_KEY,
    Weakness,
)
from token_issuer.probe.logins.attempts import Attempt, RelyingParty
from token_issuer.probe.results import Check, Finding, Outcome, Reaction
from token_issuer.probe.timing import Timer
from token_issuer.severity import Severity

ROTATION: Final = "keys-rotation"
_OUTAGE: Final = FaultCase(
    name="outage", title="nothing but errors (503)", fault={"kind": "status", "status": 503}
)
_CASES: Final = (_OUTAGE, *FAULT_CASES)
KEY_CHECKS: Final = {
    ROTATION: "a new key signs as soon as it is published",
    **{case.id: f"the key endpoint serves {case.title}" for case in _CASES},
}
"""The title of each check, by its id."""
KEY_FAULTS: Final = {case.id: case.fault for case in _CASES}
"""The fault of each check that has one, by the id of the check."""

MAX_NEW_KEY_S: Final = 35.0
"""Longest time until a new key must be accepted; cooldowns of 30 s are usual."""
_MIN_FETCH_WAIT_S: Final = 6.0
_MIN_WAIT_S: Final = 10.0
_RESERVED_S: Final = 2.0
_INTERVAL_S: Final = 0.2
_MAX_DRIP_S: Final = 12.0  # longer than a fetch may take
_DRIP_CHUNKS: Final = round(_MAX_DRIP_S / DRIP_INTERVAL_S)


@dataclass
class KeyChecks:
    """Rotates the keys and sets faults of the key endpoint between logins.

    Attributes:
        party: The application; good logins succeed.
        issuer: The issuer that it trusts.
        uses_keys: Whether the application fetches the keys of the issuer.
        budget_s: Time limit of all checks together, in seconds.
        timer: Started when the first check began.
        wait_s: How long the application took to fetch a new key, in seconds.
        skip_reason: Why no more checks can run; empty if they can.
    """

    party: RelyingParty
    issuer: IssuerClient
    uses_keys: bool
    budget_s: float
    timer: Timer = field(init=False)
    wait_s: float = field(default=0.0, init=False)
    skip_reason: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.timer = self.party.timing.start_timer()

    @property
    def remaining_s(self) -> float:
        """Remaining time of the budget, in seconds."""
        return self.budget_s - self.timer.seconds

    def run(
        self, select: Callable[[str], bool], report: Callable[[Check], None]
    ) -> tuple[list[Check], list[Finding]]:
        """Run the selected checks, and reset the faults of the issuer at the end.

        Raises:
            RemoteIssuerError: the issuer cannot be reached.
            ProbeError: the limit on the number of requests is reached.
        """
        recorder = Recorder(KEY_CHECKS, select, report, self.party.timing.start_timer())
        cases = [case for case in _CASES if select(case.id)]
        try:
            if cases or select(ROTATION):
                recorder.record(self._observe_rotation())
            for case in cases:
                recorder.record(self._observe_fault(case))
        finally:
            self.issuer.reset_faults()
        # No specification demands how an application copes with a faulty key endpoint.
        findings = [replace(finding, severity=Severity.LOW) for finding in recorder.findings]
        return recorder.checks, findings

    def _observe_rotation(self) -> Observation:
        timer = self.party.timing.start_timer()
        self.issuer.rotate()
        attempt = self._poll_login()
        self.wait_s = timer.seconds
        if attempt.reaction is Reaction.ACCEPTED:
            return Observation(
                id=ROTATION, observed=f"a login succeeded {timer.seconds:.1f} s after the rotation"
            )
        observed = f"no login succeeded in {timer.seconds:.0f} s: {attempt.describe()}"
        self.skip_reason = f"good logins no longer succeed ({ROTATION})"
        return self._judge_late(ROTATION, MISSES_NEW_KEYS, observed, timer.seconds)

    def _observe_fault(self, case: FaultCase) -> Observation:
        """Make the application fetch during a fault by a new key, then end the fault."""
        reason = self._find_skip_reason()
        if reason:
            return skip(case.id, reason)
        fault = dict(case.fault)
        if case.is_endless:
            document = json.dumps(self.issuer.fetch(JWKS_PATH))
            fault["chunk"] = len(document) // _DRIP_CHUNKS
        hits_before = self.issuer.count_attacker_hits()
        self.issuer.set_faults(fault)
        self.issuer.rotate()
        attempt = self._log_in_with_fetch()
        if attempt is not None and case.is_usable and attempt.reaction is not Reaction.ACCEPTED:
            attempt = self.party.poll_login(_MIN_FETCH_WAIT_S)
        attacker_hits = self.issuer.count_attacker_hits() - hits_before
        self.issuer.reset_faults()
        if attempt is None:
            self.skip_reason = "the application could not be made to fetch its keys again"
            return skip(case.id, self.skip_reason)
        timer = self.party.timing.start_timer()
        recovery = self._poll_login()
        self.wait_s = max(self.wait_s, timer.seconds)
        observed = f"during the fault: {attempt.describe()}"
        if recovery.reaction is not Reaction.ACCEPTED:
            self.skip_reason = f"good logins no longer succeed ({case.id})"
            observed += f"; {timer.seconds:.0f} s after it: {recovery.describe()}"
            if attacker_hits:
                return fail(case.id, LEAVES_ITS_HOST, observed)
            return self._judge_late(case.id, NEVER_RECOVERS, observed, timer.seconds)
        observed += f"; a login succeeded {timer.seconds:.1f} s after it"
        weakness = _find_weakness(case, attempt, attacker_hits)
        if weakness is not None:
            return fail(case.id, weakness, observed)
        is_undisturbed = attempt.reaction is Reaction.ACCEPTED
        outcome = Outcome.PASSED if is_undisturbed else Outcome.OPEN
        return Observation(id=case.id, observed=observed, outcome=outcome)

    def _find_skip_reason(self) -> str:
        if not self.skip_reason and not self.uses_keys:
            self.skip_reason = "the application does not fetch the keys of the issuer"
        if self.skip_reason:
            return self.skip_reason
        needed_s = 2 * self.wait_s + _RESERVED_S
        if self.remaining_s >= needed_s:
            return ""
        return (
            f"no time left in {self.budget_s:.0f} s: this check needs up to {needed_s:.0f} s; "
            "select it alone with --only"
        )

    def _log_in_with_fetch(self) -> Attempt | None:
        """Log in until the application fetches keys; return None if it does not."""
        timer = self.party.timing.start_timer()
        fetches_before = self.issuer.count_key_fetches()
        limit_s = max(self.wait_s * 1.3 + 1, _MIN_FETCH_WAIT_S)
        while timer.seconds < limit_s:
            attempt = self.party.log_in()
            if self.issuer.count_key_fetches() > fetches_before:
                return attempt
            self.party.timing.sleep(_INTERVAL_S)
        return None

    def _poll_login(self) -> Attempt:
        return self.party.poll_login(min(MAX_NEW_KEY_S, max(self.remaining_s, _MIN_WAIT_S)))

    def _judge_late(
        self, check: str, weakness: Weakness, observed: str, waited_s: float
    ) -> Observation:
        """Return the observation of logins that fail; open if the wait was too short to judge."""
        if waited_s >= MAX_NEW_KEY_S:
            return fail(check, weakness, observed)
        return Observation(id=check, observed=observed, outcome=Outcome.OPEN)


def _find_weakness(case: FaultCase, attempt: Attempt, attacker_hits: int) -> Weakness | None:
    if attacker_hits:
        return LEAVES_ITS_HOST
    if attempt.reaction is Reaction.HUNG:
        return HANGS
    if case.is_usable and attempt.reaction is not Reaction.ACCEPTED:
        return SPOILT_BY_ONE_KEY
    return None
