# DEV-ONLY: never ship to production.
"""Checks of a rotation: when the new key is accepted, and whether the old key is still accepted."""

from collections.abc import Iterator
from typing import Final

from token_issuer.probe.key_endpoint.context import LONG_MAX_AGE_S, ProbeContext, read_kid
from token_issuer.probe.key_endpoint.recorder import Observation, fail, skip
from token_issuer.probe.key_endpoint.weaknesses import (
    FORGETS_OLD_KEYS,
    MISSES_NEW_KEYS,
    STOPS_FETCHING,
    Weakness,
)
from token_issuer.probe.polling import Polling, describe, is_accepted
from token_issuer.probe.results import Outcome
from token_issuer.probe.target.client import TargetResponse

ROTATION: Final = "keys-rotation"
OVERLAP: Final = "keys-overlap"
RETURN: Final = "keys-return"
STALE: Final = "keys-fault-stale"
_MIN_RETURN_S: Final = 10.0
_ALL_PROCESSES_POLLINGS: Final = 5  # each process of a target fetches the new key separately
_MAX_STALE_S: Final = 0.5


def observe_rotation(context: ProbeContext) -> Iterator[Observation]:
    """Rotate to a new signing key, and send tokens of the new and of the old key."""
    context.set_faults(max_age_s=LONG_MAX_AGE_S)
    old_token = context.known_token
    new_token = context.rotate_key()
    if read_kid(new_token) == read_kid(old_token):
        context.skip_reason = "the tokens for this target are signed with a key that never rotates"
        yield from (skip(check, context.skip_reason) for check in (ROTATION, OVERLAP))
        return
    overlap: list[TargetResponse] = []

    def send_both() -> TargetResponse:
        overlap.append(context.send(old_token))
        return context.send(new_token)

    polling = context.poll_until(send_both, is_accepted, context.new_key_wait_s)
    if polling.is_reached:
        context.known_token = new_token
        _poll_all_processes(context)
        overlap.append(context.send(old_token))  # the target has fetched the new set by now
    else:
        context.skip_reason = f"it did not fetch the new key ({ROTATION})"
    yield _judge_new_key(ROTATION, polling, MISSES_NEW_KEYS)
    yield _judge_overlap(Polling(tuple(overlap)))


def observe_stale_document(context: ProbeContext) -> Iterator[Observation]:
    """Send tokens of a new key while the key endpoint serves the old set, then the new one."""
    context.set_faults({"kind": "stale"})
    new_token = context.rotate_key()
    fetch = context.poll_until_fetch()
    if not fetch.is_reached:
        yield skip(STALE, context.skip_reason)
        return
    early = context.poll_until(lambda: context.send(new_token), is_accepted, _MAX_STALE_S)
    old_response = context.send_known()
    context.set_faults()
    late = context.poll_until(lambda: context.send(new_token), is_accepted, context.fetch_wait_s)
    observed = (
        f"while the new key was missing: token of the new key {describe(early.last)}, of the old "
        f"key {describe(old_response)}; "
    )
    if not late.is_reached:
        observed += f"new key not accepted within {late.duration_s:.0f} s after its publication"
        yield fail(STALE, MISSES_NEW_KEYS, observed)
        return
    context.known_token = new_token
    observed += f"new key accepted {late.duration_s:.1f} s after its publication"
    outcome = Outcome.PASSED if is_accepted(old_response) else Outcome.OPEN
    yield Observation(id=STALE, observed=observed, outcome=outcome)


def observe_return(context: ProbeContext) -> Iterator[Observation]:
    """Reset the key endpoint faults, rotate to a new key and send a token signed with it."""
    if not context.had_faults:
        yield skip(RETURN, context.skip_reason or "the key endpoint has had no fault")
        return
    context.issuer.reset_faults()
    new_token = context.rotate_key()
    limit_s = min(context.new_key_wait_s, max(context.remaining_s, _MIN_RETURN_S))
    polling = context.poll_until(lambda: context.send(new_token), is_accepted, limit_s)
    if polling.is_reached:
        context.known_token = new_token
    elif limit_s < context.new_key_wait_s:  # too short to judge, since its fetches may be limited
        observed = (
            f"new key not accepted in the remaining {limit_s:.0f} s: {polling.last.describe()}"
        )
        yield Observation(id=RETURN, observed=observed, outcome=Outcome.OPEN)
        return
    yield _judge_new_key(RETURN, polling, STOPS_FETCHING)


def _poll_all_processes(context: ProbeContext) -> None:
    for _ in range(_ALL_PROCESSES_POLLINGS):
        context.poll_until(context.send_known, is_accepted, context.new_key_wait_s)


def _judge_new_key(check: str, polling: Polling, weakness: Weakness) -> Observation:
    if polling.is_reached:
        observed = f"new key accepted after {polling.duration_s:.1f} s"
        return Observation(id=check, observed=observed)
    observed = f"new key not accepted within {polling.duration_s:.0f} s: {polling.last.describe()}"
    return fail(check, weakness, observed)


def _judge_overlap(overlap: Polling) -> Observation:
    observed = f"tokens of the old key during and after the rotation: {overlap.describe()}"
    if overlap.accepted < len(overlap.responses):
        return fail(OVERLAP, FORGETS_OLD_KEYS, observed)
    return Observation(id=OVERLAP, observed=observed)
