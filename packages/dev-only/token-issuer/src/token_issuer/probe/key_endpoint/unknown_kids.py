# DEV-ONLY: never ship to production.
"""Check that sends many tokens with unknown kids. An attacker needs no key to send them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from token_issuer.probe.key_endpoint.context import ProbeContext
from token_issuer.probe.key_endpoint.recorder import Observation, fail, skip
from token_issuer.probe.key_endpoint.weaknesses import (
    LOSES_GOOD_TOKENS,
    REFETCHES_FOR_UNKNOWN_KIDS,
)
from token_issuer.probe.polling import Polling, describe, has_hung, is_accepted
from token_issuer.probe.results import Outcome
from token_issuer.probe.wording import describe_count

UNKNOWN_KIDS: Final = "keys-unknown-kids"
SENT_TOKENS: Final = 200
_MAX_CONCURRENT_REQUESTS: Final = 4
_MAX_OPEN_FETCHES: Final = 16  # can come from several processes, each with its own cache
_MAX_RECOVERY_S: Final = 5.0


def observe_unknown_kids(context: ProbeContext) -> Iterator[Observation]:
    """Send tokens with unknown kids, count the fetches they cause, then send a good token."""
    if context.fetches_for_each_token:
        yield skip(UNKNOWN_KIDS, "it fetches for each token anyway (keys-max-age)")
        return
    context.issuer.reset_faults()
    fetches_before, timer = context.issuer.count_key_fetches(), context.timing.start_timer()
    with ThreadPoolExecutor(_MAX_CONCURRENT_REQUESTS) as pool:
        responses = tuple(pool.map(lambda _: context.send_unknown_kid(), range(SENT_TOKENS)))
    burst = Polling(responses, timer.seconds)
    recovery = context.poll_until(
        context.send_known,
        lambda response: is_accepted(response) or has_hung(response),
        _MAX_RECOVERY_S,
    )
    yield _judge(burst, context.issuer.count_key_fetches() - fetches_before, recovery)


def _judge(burst: Polling, fetches: int, recovery: Polling) -> Observation:
    observed = (
        f"{describe_count(fetches, 'fetch')} for {describe_count(SENT_TOKENS, 'token')} in "
        f"{burst.duration_s:.1f} s; a good token afterwards: {describe(recovery.last)}"
    )
    if not is_accepted(recovery.last):
        return fail(UNKNOWN_KIDS, LOSES_GOOD_TOKENS, observed)
    one_per_second = 1 + int(burst.duration_s)
    if fetches <= one_per_second:
        return Observation(id=UNKNOWN_KIDS, observed=observed)
    if fetches <= _MAX_OPEN_FETCHES:
        observed += "; the cause can be several processes, each with its own cache"
        return Observation(id=UNKNOWN_KIDS, observed=observed, outcome=Outcome.OPEN)
    return fail(UNKNOWN_KIDS, REFETCHES_FOR_UNKNOWN_KIDS, observed)
