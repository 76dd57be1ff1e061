# DEV-ONLY: never ship to production.
"""Checks of an expired key set, and of a key that was removed from the key set."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from token_issuer.probe.key_endpoint.context import (
    LONG_MAX_AGE_S,
    MAX_REFETCH_S,
    SHORT_MAX_AGE_S,
    ProbeContext,
)
from token_issuer.probe.key_endpoint.recorder import Observation, fail
from token_issuer.probe.key_endpoint.weaknesses import (
    FETCHES_ALWAYS,
    KEEPS_REMOVED_KEYS,
    OUTLIVES_THE_SET,
)
from token_issuer.probe.polling import Polling, describe, is_accepted
from token_issuer.probe.results import Outcome, Reaction
from token_issuer.probe.target.client import TargetResponse
from token_issuer.probe.timing import Timer
from token_issuer.probe.wording import describe_count

MAX_AGE: Final = "keys-max-age"
REMOVAL: Final = "keys-removal"
_WINDOW_TOKENS: Final = 20
_WINDOW_S: Final = 1.2  # within the max-age, with time to spare for a slow machine
# Fewer fetches can come from several processes, each with its own cache.
_MIN_ALWAYS_FETCHES: Final = _WINDOW_TOKENS * 3 // 4
_MAX_AFTER_FETCH_S: Final = 3.0
_MAX_NEW_KEY_S: Final = 3.0


@dataclass
class _Expiry:
    """The reaction of the target to tokens of the removed key.

    Attributes:
        window_fetches: Number of fetches for 20 tokens within the max-age.
        polling: Responses to tokens of the removed key, until one is rejected.
        fetched_after_s: Time of the next fetch, in seconds since the window began; None if the
            target did not fetch.
        is_new_accepted: Whether the new key was accepted: the target has the set without the
            removed key.
        is_old_accepted: Whether the removed key was still accepted afterwards.
    """

    window_fetches: int
    polling: Polling = field(default_factory=Polling)
    fetched_after_s: float | None = None
    is_new_accepted: bool = False
    is_old_accepted: bool = False

    @property
    def fetches_for_each_token(self) -> bool:
        """Whether the target fetched for most tokens within the max-age."""
        return self.window_fetches >= _MIN_ALWAYS_FETCHES


def observe_expiry(context: ProbeContext) -> Iterator[Observation]:
    """Send tokens within the max-age, then remove their key and continue to send them."""
    timer = context.timing.start_timer()
    expiry = _Expiry(_count_fetches_in_window(context))
    context.set_faults()
    removed_token = context.known_token
    new_token = context.rotate_key(retention="0s")
    _poll_removed_key(context, removed_token, expiry, timer)
    polling = context.poll_until(lambda: context.send(new_token), is_accepted, _MAX_NEW_KEY_S)
    expiry.is_new_accepted = polling.is_reached
    expiry.is_old_accepted = is_accepted(context.send(removed_token))
    _update_context(context, expiry, new_token)
    yield _judge_max_age(expiry)
    yield _judge_removal(expiry)


def _count_fetches_in_window(context: ProbeContext) -> int:
    fetches_before = context.issuer.count_key_fetches()
    for _ in range(_WINDOW_TOKENS):
        context.send_known()
        context.timing.sleep(_WINDOW_S / _WINDOW_TOKENS)
    return context.issuer.count_key_fetches() - fetches_before


def _poll_removed_key(
    context: ProbeContext, removed_token: str, expiry: _Expiry, timer: Timer
) -> None:
    fetches_before = context.issuer.count_key_fetches()

    def is_over(response: TargetResponse) -> bool:
        if expiry.fetched_after_s is None and context.issuer.count_key_fetches() > fetches_before:
            expiry.fetched_after_s = timer.seconds
        fetched_s = expiry.fetched_after_s
        is_settled = fetched_s is not None and timer.seconds > fetched_s + _MAX_AFTER_FETCH_S
        return response.reaction is Reaction.REFUSED or is_settled

    expiry.polling = context.poll_until(lambda: context.send(removed_token), is_over, MAX_REFETCH_S)


def _update_context(context: ProbeContext, expiry: _Expiry, new_token: str) -> None:
    """Record the observations that later checks need."""
    context.fetches_for_each_token = expiry.fetches_for_each_token
    if expiry.fetched_after_s is not None:  # measured with LONG_MAX_AGE_S
        context.refetch_s = max(
            expiry.fetched_after_s - LONG_MAX_AGE_S + SHORT_MAX_AGE_S, SHORT_MAX_AGE_S
        )
    context.refetches_only_on_unknown_kid = (
        expiry.fetched_after_s is None and expiry.is_new_accepted
    )
    if expiry.is_new_accepted:
        context.known_token = new_token
    elif not expiry.is_old_accepted:
        context.mark_lost(REMOVAL)
    elif expiry.fetched_after_s is None:
        context.skip_reason = (
            f"it did not fetch keys within {MAX_REFETCH_S:.0f} s, neither after the max-age nor "
            "for an unknown kid"
        )


def _judge_max_age(expiry: _Expiry) -> Observation:
    fetches = describe_count(expiry.window_fetches, "fetch")
    observed = f"{fetches} for {describe_count(_WINDOW_TOKENS, 'token')} within the max-age"
    if expiry.fetches_for_each_token:
        return fail(MAX_AGE, FETCHES_ALWAYS, observed)
    if expiry.fetched_after_s is None:
        limit = f"{MAX_REFETCH_S:.0f} s"
        observed += f", none in the next {limit}: it keeps a key set longer than its max-age"
        return Observation(id=MAX_AGE, observed=observed, outcome=Outcome.OPEN)
    observed += f" of {LONG_MAX_AGE_S} s; next fetch after {expiry.fetched_after_s:.1f} s"
    outcome = Outcome.PASSED if expiry.window_fetches <= 1 else Outcome.OPEN
    return Observation(id=MAX_AGE, observed=observed, outcome=outcome)


def _judge_removal(expiry: _Expiry) -> Observation:
    polling = expiry.polling
    if polling.last.reaction is Reaction.REFUSED:
        observed = f"{describe(polling.last)} {polling.duration_s:.1f} s after the key was removed"
        return Observation(id=REMOVAL, observed=observed)
    if not is_accepted(polling.last):
        observed = f"{describe(polling.last)} after the key was removed"
        return Observation(id=REMOVAL, observed=observed, outcome=Outcome.OPEN)
    observed = (
        f"still accepted {polling.duration_s:.0f} s after the key was removed; the max-age of the "
        f"key set was {SHORT_MAX_AGE_S} to {LONG_MAX_AGE_S} s"
    )
    if expiry.is_new_accepted:
        found = "still" if expiry.is_old_accepted else "no longer"
        observed += f"; {found} accepted after the new key set was fetched"
    is_outliving = expiry.is_new_accepted and expiry.is_old_accepted
    return fail(REMOVAL, OUTLIVES_THE_SET if is_outliving else KEEPS_REMOVED_KEYS, observed)
