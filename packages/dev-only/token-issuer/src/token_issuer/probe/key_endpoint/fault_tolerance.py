# DEV-ONLY: never ship to production.
"""Check of a faulty key endpoint: good and untrusted tokens during the fault, then recovery."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from token_issuer.probe.key_endpoint.context import ProbeContext
from token_issuer.probe.key_endpoint.fault_cases import (
    DRIP_INTERVAL_S,
    FaultCase,
    UntrustedToken,
)
from token_issuer.probe.key_endpoint.recorder import Observation, fail, skip
from token_issuer.probe.key_endpoint.weaknesses import (
    CRASHES,
    HANGS,
    LEAVES_ITS_HOST,
    NEVER_RECOVERS,
    SPOILT_BY_ONE_KEY,
    Weakness,
)
from token_issuer.probe.polling import (
    Polling,
    describe,
    has_hung,
    is_accepted,
    is_unavailable,
    join,
)
from token_issuer.probe.results import Outcome, Reaction
from token_issuer.probe.target.client import TargetResponse
from token_issuer.probe.wording import describe_count

_SETTLING_S: Final = 0.3
_MIN_REPORTED_S: Final = 0.5
_MAX_DRIP_S: Final = 12.0  # longer than a response may take
_DRIP_CHUNKS: Final = round(_MAX_DRIP_S / DRIP_INTERVAL_S)


@dataclass(frozen=True, kw_only=True, slots=True)
class _FaultResult:
    """The reactions of the target during a fault and after it.

    Attributes:
        good: Responses to good tokens during the fault.
        new_key: Responses to tokens of a new key in a usable document; None if not sent.
        untrusted: Responses to the untrusted tokens.
        attacker_hits: Number of requests for the attacker's keys.
        recovery: Responses to good tokens after the fault.
    """

    good: Polling
    new_key: Polling | None
    untrusted: tuple[tuple[UntrustedToken, TargetResponse], ...]
    attacker_hits: int
    recovery: Polling


def observe_fault(case: FaultCase, context: ProbeContext) -> Iterator[Observation]:
    """Make the target fetch during a fault, and send good and untrusted tokens."""
    try:
        yield _observe(case, context)
    finally:
        context.set_faults()


def _observe(case: FaultCase, context: ProbeContext) -> Observation:
    credentials = [(token, token.make(context)) for token in case.untrusted_tokens]
    fault = dict(case.fault)
    if case.is_endless:
        fault["chunk"] = len(json.dumps(context.fetch_jwks())) // _DRIP_CHUNKS
    context.set_faults(fault)
    hits_before = context.issuer.count_attacker_hits()
    new_token = context.rotate_key() if case.is_usable else ""
    fetch = context.poll_until_fetch()
    if not fetch.is_reached:
        return skip(case.id, context.skip_reason)
    is_slow = fetch.last.duration_s > _SETTLING_S  # it waits for each fetch
    settling = (
        Polling() if is_slow else context.poll_until(context.send_known, has_hung, _SETTLING_S)
    )
    new_key = _poll_new_key(context, new_token) if new_token else None
    untrusted = tuple((token, context.target.send(values)) for token, values in credentials)
    attacker_hits = context.issuer.count_attacker_hits() - hits_before
    context.set_faults()
    recovery = _poll_recovery(
        context, is_hanging=has_hung(fetch.last), is_redirected=attacker_hits > 0
    )
    if not recovery.is_reached:
        context.mark_lost(case.id)
    if new_key is not None and new_key.is_reached:
        context.known_token = new_token
    result = _FaultResult(
        good=join((fetch, settling)),
        new_key=new_key,
        untrusted=untrusted,
        attacker_hits=attacker_hits,
        recovery=recovery,
    )
    return _judge(case, result)


def _poll_recovery(context: ProbeContext, *, is_hanging: bool, is_redirected: bool) -> Polling:
    # A target that hangs may do so until the slow document is complete. A target that fetched the
    # attacker's keys keeps them for their max-age; an unknown kid may make it fetch again.
    limit_s = context.fetch_wait_s + (_MAX_DRIP_S if is_hanging else 0)
    send = context.send_unknown_kid_then_known if is_redirected else context.send_known
    return context.poll_until(send, is_accepted, limit_s)


def _poll_new_key(context: ProbeContext, new_token: str) -> Polling:
    return context.poll_until(lambda: context.send(new_token), is_accepted, context.fetch_wait_s)


def _judge(case: FaultCase, result: _FaultResult) -> Observation:
    observed = _describe(result)
    for weakness in _find_weaknesses(result):  # the worst first
        return fail(case.id, weakness, observed)
    is_undisturbed = result.good.accepted == len(result.good.responses)
    is_open = any(is_accepted(response) for _, response in result.untrusted)
    outcome = Outcome.PASSED if is_undisturbed and not is_open else Outcome.OPEN
    return Observation(id=case.id, observed=observed, outcome=outcome)


def _find_weaknesses(result: _FaultResult) -> Iterator[Weakness]:
    for token, response in result.untrusted:
        if token.weakness is not None and is_accepted(response):
            yield token.weakness
    if result.attacker_hits:
        yield LEAVES_ITS_HOST
    if not result.recovery.is_reached:
        yield NEVER_RECOVERS
    if any(map(has_hung, result.good.responses)):
        yield HANGS
    if any(map(_has_crashed, result.good.responses)):
        yield CRASHES
    if result.new_key is not None and not result.new_key.is_reached:
        yield SPOILT_BY_ONE_KEY


def _has_crashed(response: TargetResponse) -> bool:
    return response.reaction is Reaction.CRASHED and not is_unavailable(response)


def _describe(result: _FaultResult) -> str:
    parts = [f"good tokens during the fault: {result.good.describe()}"]
    slowest_s = max(response.duration_s for response in result.good.responses)
    if slowest_s > _MIN_REPORTED_S:
        parts.append(f"slowest response after {slowest_s:.1f} s")
    if result.new_key is not None:
        new_key = result.new_key
        found = f"accepted after {new_key.duration_s:.1f} s"
        parts.append(f"new key: {found if new_key.is_reached else 'not accepted'}")
    parts.extend(f"untrusted token: {describe(response)}" for _, response in result.untrusted)
    if result.attacker_hits:
        parts.append(f"{describe_count(result.attacker_hits, 'request')} to the other host")
    recovery = result.recovery
    parts.append(
        f"good token accepted {recovery.duration_s:.1f} s after the fault"
        if recovery.is_reached
        else f"within {recovery.duration_s:.0f} s after the fault: {recovery.describe()}"
    )
    return "; ".join(parts)
