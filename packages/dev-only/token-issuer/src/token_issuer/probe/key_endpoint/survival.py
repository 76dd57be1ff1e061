# DEV-ONLY: never ship to production.
"""The key endpoint misbehaves: what of good tokens, what of false ones, and what afterwards?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from token_issuer.probe.key_endpoint.cases import Case
from token_issuer.probe.key_endpoint.context import ProbeContext
from token_issuer.probe.key_endpoint.false_tokens import FalseToken
from token_issuer.probe.key_endpoint.recorder import Observation, fail, skip
from token_issuer.probe.key_endpoint.weakness import (
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
from token_issuer.probe.target.target import Answer

_SETTLING_S: Final = 0.3
_NOTABLE_S: Final = 0.5
_MAX_DRIP_S: Final = 12.0
_PIECES: Final = 120  # at the interval of the drip: 12 s, longer than an answer may take


@dataclass(frozen=True, kw_only=True, slots=True)
class _Survival:
    """What happened while a fault was on, and after it.

    Attributes:
        good: Good tokens meanwhile.
        pick_up: Tokens of a new key in a usable document; None where that says nothing.
        false: What became of the false tokens.
        attacker_hits: Requests for the attacker's keys.
        after: Good tokens when the fault had passed.
    """

    good: Polling
    pick_up: Polling | None
    false: tuple[tuple[FalseToken, Answer], ...]
    attacker_hits: int
    after: Polling


def watch_survival(case: Case, bench: ProbeContext) -> Iterator[Observation]:
    """Let the target fetch while the fault is on, and send good and false tokens."""
    try:
        yield _watch(case, bench)
    finally:
        bench.set_faults()


def _watch(case: Case, bench: ProbeContext) -> Observation:
    made = [(token, token.make(bench)) for token in case.false_tokens]
    fault = dict(case.fault)
    if case.is_endless:
        fault["chunk"] = len(json.dumps(bench.fetch_jwks())) // _PIECES
    bench.set_faults(fault)
    hits = bench.issuer.count_attacker_hits()
    new = bench.introduce_key() if case.is_usable else ""
    waited = bench.await_fetch()
    if not waited.is_reached:
        return skip(case.id, bench.obstacle)
    slow = waited.last.duration_s > _SETTLING_S  # it has waited for the fetch, and would again
    settling = Polling() if slow else bench.poll_until(bench.ask, has_hung, _SETTLING_S)
    pick_up = _watch_pick_up(bench, new) if new else None
    false = tuple((token, bench.target.send(values)) for token, values in made)
    hits = bench.issuer.count_attacker_hits() - hits
    bench.set_faults()
    after = _watch_recovery(bench, is_hanging=has_hung(waited.last), is_misled=hits > 0)
    if not after.is_reached:
        bench.give_up(case.id)
    if pick_up is not None and pick_up.is_reached:
        bench.known = new
    survival = _Survival(
        good=join((waited, settling)), pick_up=pick_up, false=false, attacker_hits=hits, after=after
    )
    return _judge(case, survival)


def _watch_recovery(bench: ProbeContext, *, is_hanging: bool, is_misled: bool) -> Polling:
    # What hangs may do so until the answer that it waits for has come. What has taken other keys
    # keeps them for as long as those say; a kid that they lack may lead back.
    bound_s = bench.patience_s + (_MAX_DRIP_S if is_hanging else 0)
    return bench.poll_until(bench.nudge if is_misled else bench.ask, is_accepted, bound_s)


def _watch_pick_up(bench: ProbeContext, new: str) -> Polling:
    return bench.poll_until(lambda: bench.send(new), is_accepted, bench.patience_s)


def _judge(case: Case, survival: _Survival) -> Observation:
    observed = _describe(survival)
    for weakness in _find_weaknesses(survival):  # the first one is the worst
        return fail(case.id, weakness, observed)
    is_undisturbed = survival.good.accepted == len(survival.good.answers)
    is_open = any(is_accepted(answer) for _, answer in survival.false)
    outcome = Outcome.PASSED if is_undisturbed and not is_open else Outcome.OPEN
    return Observation(id=case.id, observed=observed, outcome=outcome)


def _find_weaknesses(survival: _Survival) -> Iterator[Weakness]:
    for token, answer in survival.false:
        if token.weakness is not None and is_accepted(answer):
            yield token.weakness
    if survival.attacker_hits:
        yield LEAVES_ITS_HOST
    if not survival.after.is_reached:
        yield NEVER_RECOVERS
    if any(map(has_hung, survival.good.answers)):
        yield HANGS
    if any(map(_has_crashed, survival.good.answers)):
        yield CRASHES
    if survival.pick_up is not None and not survival.pick_up.is_reached:
        yield SPOILT_BY_ONE_KEY


def _has_crashed(answer: Answer) -> bool:
    return answer.reaction is Reaction.CRASHED and not is_unavailable(answer)


def _describe(survival: _Survival) -> str:
    parts = [f"good tokens meanwhile: {survival.good.describe()}"]
    slowest_s = max(answer.duration_s for answer in survival.good.answers)
    if slowest_s > _NOTABLE_S:
        parts.append(f"the slowest answer after {slowest_s:.1f} s")
    if survival.pick_up is not None:
        pick_up = survival.pick_up
        found = f"after {pick_up.duration_s:.1f} s" if pick_up.is_reached else "not picked up"
        parts.append(f"a new key in the document: {found}")
    parts.extend(f"false token: {describe(answer)}" for _, answer in survival.false)
    if survival.attacker_hits:
        parts.append(f"{survival.attacker_hits} requests to the other host")
    after = survival.after
    parts.append(
        f"accepted {after.duration_s:.1f} s after it"
        if after.is_reached
        else f"{after.duration_s:.0f} s after it: {after.describe()}"
    )
    return "; ".join(parts)
