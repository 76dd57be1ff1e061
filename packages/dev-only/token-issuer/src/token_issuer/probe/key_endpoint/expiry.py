# DEV-ONLY: never ship to production.
"""A key is gone, and the set that held it becomes old: when does the target notice?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from token_issuer.probe.key_endpoint.context import MAX_AGE_S, MAX_REFETCH_S, ProbeContext
from token_issuer.probe.key_endpoint.recorder import Observation, fail
from token_issuer.probe.key_endpoint.rotation import CACHE_WINDOW_S
from token_issuer.probe.key_endpoint.weakness import (
    FETCHES_ALWAYS,
    KEEPS_REMOVED_KEYS,
    OUTLIVES_THE_SET,
)
from token_issuer.probe.polling import Polling, describe, is_accepted
from token_issuer.probe.results import Outcome, Reaction
from token_issuer.probe.target.target import Answer
from token_issuer.probe.timing import Timer

MAX_AGE, REMOVAL = "keys-max-age", "keys-removal"
_TOKENS: Final = 20
_WINDOW_S: Final = 1.2  # within the max-age, with time to spare for a slow machine
_WASTEFUL: Final = 0.75  # fetches for each token; processes with a cache each may fetch some times
_AFTER_FETCH_S: Final = 3.0
_NEW_KEY_S: Final = 3.0


@dataclass
class _Expiry:
    """What happened to tokens of the removed key.

    Attributes:
        window_fetches: Fetches for `_TOKENS` tokens within the max-age.
        polling: The tokens of the removed key, until they were refused.
        fetched_after_s: When the target fetched by itself, in seconds since the window began.
        is_new_accepted: The set without the key has arrived.
        is_old_accepted: And the removed key counts nevertheless.
    """

    window_fetches: int
    polling: Polling = field(default_factory=Polling)
    fetched_after_s: float | None = None
    is_new_accepted: bool = False
    is_old_accepted: bool = False


def watch_expiry(bench: ProbeContext) -> Iterator[Observation]:
    """Send tokens within the max-age; then remove the key, and send them on."""
    timer = bench.timing.start_timer()
    expiry = _Expiry(_count_fetches_in_window(bench))
    bench.set_faults()
    removed, new = bench.known, bench.introduce_key(retention="0s")
    _watch_removed(bench, removed, expiry, timer)
    answers = bench.poll_until(lambda: bench.send(new), is_accepted, _NEW_KEY_S)
    expiry.is_new_accepted = answers.is_reached
    expiry.is_old_accepted = is_accepted(bench.send(removed))
    _conclude(bench, expiry, new)
    yield _judge_max_age(expiry)
    yield _judge_removal(expiry)


def _count_fetches_in_window(bench: ProbeContext) -> int:
    seen = bench.issuer.count_key_fetches()
    for _ in range(_TOKENS):
        bench.ask()
        bench.timing.sleep(_WINDOW_S / _TOKENS)
    return bench.issuer.count_key_fetches() - seen


def _watch_removed(bench: ProbeContext, removed: str, expiry: _Expiry, timer: Timer) -> None:
    seen = bench.issuer.count_key_fetches()

    def is_over(answer: Answer) -> bool:
        if expiry.fetched_after_s is None and bench.issuer.count_key_fetches() > seen:
            expiry.fetched_after_s = timer.seconds
        fetched_s = expiry.fetched_after_s
        is_settled = fetched_s is not None and timer.seconds > fetched_s + _AFTER_FETCH_S
        return answer.reaction is Reaction.REFUSED or is_settled

    expiry.polling = bench.poll_until(lambda: bench.send(removed), is_over, MAX_REFETCH_S)


def _conclude(bench: ProbeContext, expiry: _Expiry, new: str) -> None:
    """Note what it means for the checks that follow."""
    bench.is_wasteful = expiry.window_fetches >= _TOKENS * _WASTEFUL
    if expiry.fetched_after_s is not None:  # of the longer max-age; the shorter one is to come
        bench.refetch_s = max(expiry.fetched_after_s - CACHE_WINDOW_S + MAX_AGE_S, MAX_AGE_S)
    bench.refetches_only_on_unknown_kid = expiry.fetched_after_s is None and expiry.is_new_accepted
    if expiry.is_new_accepted:
        bench.known = new
    elif not expiry.is_old_accepted:
        bench.give_up(REMOVAL)
    elif expiry.fetched_after_s is None:
        bench.obstacle = (
            f"it fetched nothing within {MAX_REFETCH_S:.0f} s, neither by itself nor for "
            "an unknown kid"
        )


def _judge_max_age(expiry: _Expiry) -> Observation:
    observed = f"{expiry.window_fetches} fetches for {_TOKENS} tokens within the max-age"
    if expiry.window_fetches >= _TOKENS * _WASTEFUL:
        return fail(MAX_AGE, FETCHES_ALWAYS, observed)
    if expiry.fetched_after_s is None:
        bound = f"{MAX_REFETCH_S:.0f} s"
        observed += f"; none in the {bound} after it: it keeps a set for a time of its own"
        return Observation(id=MAX_AGE, observed=observed, outcome=Outcome.OPEN)
    observed += f" of {CACHE_WINDOW_S} s; the next after {expiry.fetched_after_s:.1f} s"
    outcome = Outcome.PASSED if expiry.window_fetches <= 1 else Outcome.OPEN
    return Observation(id=MAX_AGE, observed=observed, outcome=outcome)


def _judge_removal(expiry: _Expiry) -> Observation:
    seen = expiry.polling
    if seen.last.reaction is Reaction.REFUSED:
        observed = f"{describe(seen.last)} {seen.duration_s:.1f} s after the key's removal"
        return Observation(id=REMOVAL, observed=observed)
    if not is_accepted(seen.last):
        observed = f"{describe(seen.last)} after the key's removal"
        return Observation(id=REMOVAL, observed=observed, outcome=Outcome.OPEN)
    observed = (
        f"still accepted {seen.duration_s:.0f} s after the key's removal; the key set could be "
        f"kept for {MAX_AGE_S} to {CACHE_WINDOW_S} s"
    )
    if expiry.is_new_accepted:
        found = "also" if expiry.is_old_accepted else "not any more"
        observed += f"; {found} when the newer set had been fetched"
    is_outliving = expiry.is_new_accepted and expiry.is_old_accepted
    return fail(REMOVAL, OUTLIVES_THE_SET if is_outliving else KEEPS_REMOVED_KEYS, observed)
