# DEV-ONLY: never ship to production.
"""Many tokens with kids that nobody has, as anybody can send them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from token_issuer.probe.key_endpoint.context import ProbeContext
from token_issuer.probe.key_endpoint.recorder import Observation, fail, skip
from token_issuer.probe.key_endpoint.weakness import LOSES_GOOD_TOKENS, REFETCHES_FOR_UNKNOWN_KIDS
from token_issuer.probe.polling import Polling, describe, has_hung, is_accepted
from token_issuer.probe.results import Outcome

BURST: Final = "keys-unknown-kids"
_TOKENS: Final = 200
_AT_ONCE: Final = 4
_PROCESSES: Final = 16  # fetches that several processes with a cache each explain
_RECOVERY_S: Final = 5.0


def watch_burst(bench: ProbeContext) -> Iterator[Observation]:
    """Send them, a few at a time, and count the fetches; then send a good token."""
    if bench.is_wasteful:
        yield skip(BURST, "it fetches for each token anyway (keys-max-age)")
        return
    bench.issuer.reset_faults()
    seen, timer = bench.issuer.count_key_fetches(), bench.timing.start_timer()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = tuple(pool.map(lambda _: bench.send_unknown(), range(_TOKENS)))
    burst = Polling(answers, timer.seconds)
    after = bench.poll_until(
        bench.ask, lambda answer: is_accepted(answer) or has_hung(answer), _RECOVERY_S
    )
    yield _judge(burst, bench.issuer.count_key_fetches() - seen, after)


def _judge(burst: Polling, fetches: int, after: Polling) -> Observation:
    observed = (
        f"{fetches} fetches for {_TOKENS} tokens in {burst.duration_s:.1f} s; "
        f"a good token afterwards: {describe(after.last)}"
    )
    if not is_accepted(after.last):
        return fail(BURST, LOSES_GOOD_TOKENS, observed)
    once_a_second = 1 + int(burst.duration_s)
    if fetches <= once_a_second:
        return Observation(id=BURST, observed=observed)
    if fetches <= _PROCESSES:
        observed += "; several processes with a cache each would explain it"
        return Observation(id=BURST, observed=observed, outcome=Outcome.OPEN)
    return fail(BURST, REFETCHES_FOR_UNKNOWN_KIDS, observed)
