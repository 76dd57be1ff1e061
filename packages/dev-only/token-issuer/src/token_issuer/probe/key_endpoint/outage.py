# DEV-ONLY: never ship to production.
"""The key endpoint is down for longer than the max-age: does the target go on?"""

from collections.abc import Iterator, Mapping
from typing import Final

from token_issuer.probe.key_endpoint.context import MAX_AGE_S, ProbeContext
from token_issuer.probe.key_endpoint.recorder import Observation, fail, skip
from token_issuer.probe.key_endpoint.weakness import NEVER_RECOVERS, STOPS_WITH_ENDPOINT
from token_issuer.probe.polling import Polling, describe, has_hung, is_accepted, join

OUTAGE: Final = "keys-outage"
_DOWN: Mapping[str, Mapping[str, object]] = {
    "status 503": {"kind": "status", "status": 503},
    "connection reset": {"kind": "reset"},
}
_AFTER_FETCH_S: Final = MAX_AGE_S + 0.5


def watch_outage(bench: ProbeContext) -> Iterator[Observation]:
    """Take the endpoint down in two ways, one after the other, without a good fetch between."""
    watches: dict[str, Polling] = {}
    for name, fault in _DOWN.items():
        bench.set_faults(fault)
        waited = bench.await_fetch()
        if not waited.is_reached:
            break
        down = bench.poll_until(bench.ask, lambda answer: not is_accepted(answer), _AFTER_FETCH_S)
        watches[name] = join((waited, down))
        if not is_accepted(down.last):
            break
    bench.set_faults()
    if not watches:
        yield skip(OUTAGE, bench.obstacle)
        return
    recovery = bench.poll_until(
        bench.ask, lambda answer: is_accepted(answer) or has_hung(answer), bench.patience_s
    )
    if not is_accepted(recovery.last):
        bench.give_up(OUTAGE)
    yield _judge(watches, recovery)


def _judge(watches: Mapping[str, Polling], recovery: Polling) -> Observation:
    observed = "; ".join(
        f"{name} for {down.duration_s:.1f} s: {down.describe()}" for name, down in watches.items()
    )
    last = join(watches.values()).last
    if not is_accepted(recovery.last):
        observed += f"; {recovery.duration_s:.1f} s after it: {describe(recovery.last)}"
        return fail(OUTAGE, NEVER_RECOVERS, observed)
    observed += f"; accepted {recovery.duration_s:.1f} s after it"
    if not is_accepted(last):
        return fail(OUTAGE, STOPS_WITH_ENDPOINT, observed)
    return Observation(id=OUTAGE, observed=observed)
