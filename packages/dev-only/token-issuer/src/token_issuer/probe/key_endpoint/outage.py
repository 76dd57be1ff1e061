# DEV-ONLY: never ship to production.
"""Check of a key endpoint that is unavailable for longer than the max-age."""

from collections.abc import Iterator, Mapping
from typing import Final

from token_issuer.probe.key_endpoint.context import SHORT_MAX_AGE_S, ProbeContext
from token_issuer.probe.key_endpoint.recorder import Observation, fail, skip
from token_issuer.probe.key_endpoint.weaknesses import NEVER_RECOVERS, STOPS_WITH_ENDPOINT
from token_issuer.probe.polling import Polling, describe, has_hung, is_accepted, join

OUTAGE: Final = "keys-outage"
_FAULTS: Final[Mapping[str, Mapping[str, object]]] = {
    "503 responses": {"kind": "status", "status": 503},
    "connection resets": {"kind": "reset"},
}
_MIN_OUTAGE_AFTER_FETCH_S: Final = SHORT_MAX_AGE_S + 0.5


def observe_outage(context: ProbeContext) -> Iterator[Observation]:
    """Make all fetches fail in two ways in turn, without a successful fetch between them."""
    outages: dict[str, Polling] = {}
    for name, fault in _FAULTS.items():
        context.set_faults(fault)
        fetch = context.poll_until_fetch()
        if not fetch.is_reached:
            break
        outage = context.poll_until(
            context.send_known,
            lambda response: not is_accepted(response),
            _MIN_OUTAGE_AFTER_FETCH_S,
        )
        outages[name] = join((fetch, outage))
        if not is_accepted(outage.last):
            break
    context.set_faults()
    if not outages:
        yield skip(OUTAGE, context.skip_reason)
        return
    recovery = context.poll_until(
        context.send_known,
        lambda response: is_accepted(response) or has_hung(response),
        context.fetch_wait_s,
    )
    if not is_accepted(recovery.last):
        context.mark_lost(OUTAGE)
    yield _judge(outages, recovery)


def _judge(outages: Mapping[str, Polling], recovery: Polling) -> Observation:
    observed = "; ".join(
        f"good tokens during {outage.duration_s:.1f} s of {name}: {outage.describe()}"
        for name, outage in outages.items()
    )
    last = join(outages.values()).last
    if not is_accepted(recovery.last):
        observed += f"; {recovery.duration_s:.1f} s after the outage: {describe(recovery.last)}"
        return fail(OUTAGE, NEVER_RECOVERS, observed)
    observed += f"; accepted {recovery.duration_s:.1f} s after the outage"
    if not is_accepted(last):
        return fail(OUTAGE, STOPS_WITH_ENDPOINT, observed)
    return Observation(id=OUTAGE, observed=observed)
