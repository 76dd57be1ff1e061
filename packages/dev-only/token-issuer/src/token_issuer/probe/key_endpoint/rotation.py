# DEV-ONLY: never ship to production.
"""A new key signs from now on: when is it picked up, and what of the old one meanwhile?"""

from collections.abc import Iterator
from typing import Final

from token_issuer.probe.key_endpoint.context import ProbeContext
from token_issuer.probe.key_endpoint.recorder import Observation, fail, skip
from token_issuer.probe.key_endpoint.unknown import read_kid
from token_issuer.probe.key_endpoint.weakness import (
    FORGETS_OLD_KEYS,
    GIVES_UP,
    MISSES_NEW_KEYS,
    Weakness,
)
from token_issuer.probe.polling import Polling, is_accepted
from token_issuer.probe.results import Outcome
from token_issuer.probe.target.target import Answer

ROTATION, OVERLAP, RETURN = "keys-rotation", "keys-overlap", "keys-return"
CACHE_WINDOW_S: Final = 2
_MIN_RETURN_S: Final = 10.0
_IN_A_ROW: Final = 5  # a target of several processes has picked a key up when all have


def watch_rotation(bench: ProbeContext) -> Iterator[Observation]:
    """Let a new key take over, and send tokens of both."""
    bench.set_faults(max_age_s=CACHE_WINDOW_S)
    old = bench.known
    new = bench.introduce_key()
    if read_kid(new) == read_kid(old):
        bench.obstacle = "the tokens for this target are signed by a key that does not rotate"
        yield from (skip(check, bench.obstacle) for check in (ROTATION, OVERLAP))
        return
    overlap: list[Answer] = []

    def send_both() -> Answer:
        overlap.append(bench.send(old))
        return bench.send(new)

    pick_up = bench.poll_until(send_both, is_accepted, bench.pick_up_s)
    if pick_up.is_reached:
        bench.known = new
        _let_all_processes_follow(bench)
        overlap.append(bench.send(old))  # now that the newer set has come
    else:
        bench.obstacle = f"it fetched no newer keys ({ROTATION})"
    yield _judge_pick_up(ROTATION, pick_up, MISSES_NEW_KEYS)
    yield _judge_overlap(Polling(tuple(overlap)))


def watch_return(bench: ProbeContext) -> Iterator[Observation]:
    """After all that was done to the key endpoint: is a new key still picked up?"""
    if not bench.is_disturbed:
        yield skip(RETURN, bench.obstacle or "the key endpoint has had no fault")
        return
    bench.issuer.reset_faults()
    new = bench.introduce_key()
    patience_s = min(bench.pick_up_s, max(bench.left_s, _MIN_RETURN_S))
    pick_up = bench.poll_until(lambda: bench.send(new), is_accepted, patience_s)
    if pick_up.is_reached:
        bench.known = new
    elif patience_s < bench.pick_up_s:  # its fetches may be limited: too short to judge
        observed = f"not in the {patience_s:.0f} s that were left: {pick_up.last.describe()}"
        yield Observation(id=RETURN, observed=observed, outcome=Outcome.OPEN)
        return
    yield _judge_pick_up(RETURN, pick_up, GIVES_UP)


def _let_all_processes_follow(bench: ProbeContext) -> None:
    for _ in range(_IN_A_ROW):
        bench.poll_until(bench.ask, is_accepted, bench.pick_up_s)


def _judge_pick_up(check: str, pick_up: Polling, weakness: Weakness) -> Observation:
    if pick_up.is_reached:
        observed = f"picked up after {pick_up.duration_s:.1f} s"
        return Observation(id=check, observed=observed)
    observed = f"not picked up within {pick_up.duration_s:.0f} s: {pick_up.last.describe()}"
    return fail(check, weakness, observed)


def _judge_overlap(overlap: Polling) -> Observation:
    observed = f"tokens of the old key meanwhile and after it: {overlap.describe()}"
    if overlap.accepted < len(overlap.answers):
        return fail(OVERLAP, FORGETS_OLD_KEYS, observed)
    return Observation(id=OVERLAP, observed=observed)
