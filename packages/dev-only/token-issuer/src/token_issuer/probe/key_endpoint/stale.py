# DEV-ONLY: never ship to production.
"""An edge cache serves the old set while the new key signs already."""

from collections.abc import Iterator
from typing import Final

from token_issuer.probe.key_endpoint.context import ProbeContext
from token_issuer.probe.key_endpoint.recorder import Observation, fail, skip
from token_issuer.probe.key_endpoint.weakness import MISSES_NEW_KEYS
from token_issuer.probe.polling import describe, is_accepted
from token_issuer.probe.results import Outcome

STALE: Final = "keys-fault-stale"
_STALE_S: Final = 0.5


def watch_stale_edge(bench: ProbeContext) -> Iterator[Observation]:
    """Let the target meet the new key while the set lacks it; then let the edge catch up."""
    bench.set_faults({"kind": "stale"})
    new = bench.introduce_key()
    waited = bench.await_fetch()
    if not waited.is_reached:
        yield skip(STALE, bench.obstacle)
        return
    early = bench.poll_until(lambda: bench.send(new), is_accepted, _STALE_S)
    old = bench.ask()
    bench.set_faults()
    late = bench.poll_until(lambda: bench.send(new), is_accepted, bench.patience_s)
    observed = (
        f"while the set lacks the new key: its tokens {describe(early.last)}, those of the old "
        f"one {describe(old)}; "
    )
    if not late.is_reached:
        observed += f"not picked up within {late.duration_s:.0f} s after it"
        yield fail(STALE, MISSES_NEW_KEYS, observed)
        return
    bench.known = new
    observed += f"picked up {late.duration_s:.1f} s after it"
    outcome = Outcome.PASSED if is_accepted(old) else Outcome.OPEN
    yield Observation(id=STALE, observed=observed, outcome=outcome)
