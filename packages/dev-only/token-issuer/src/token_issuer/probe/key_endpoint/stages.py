# DEV-ONLY: never ship to production.
"""The order in which the key part asks its questions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from token_issuer.probe.key_endpoint.burst import BURST, watch_burst
from token_issuer.probe.key_endpoint.cases import CASES
from token_issuer.probe.key_endpoint.context import ProbeContext
from token_issuer.probe.key_endpoint.expiry import MAX_AGE, REMOVAL, watch_expiry
from token_issuer.probe.key_endpoint.outage import OUTAGE, watch_outage
from token_issuer.probe.key_endpoint.recorder import Observation
from token_issuer.probe.key_endpoint.rotation import (
    OVERLAP,
    RETURN,
    ROTATION,
    watch_return,
    watch_rotation,
)
from token_issuer.probe.key_endpoint.stale import STALE, watch_stale_edge
from token_issuer.probe.key_endpoint.survival import watch_survival

_LAST_STAGES_S: Final = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """Questions that are answered by one observation.

    Attributes:
        checks: Title of each question by its id.
        run: Observes and answers.
        fetches: How many fetches of the target it needs.
        is_optional: It is left out when time is short.
    """

    checks: dict[str, str]
    run: Callable[[ProbeContext], Iterator[Observation]]
    fetches: int = 0
    is_optional: bool = False

    def find_obstacle(self, bench: ProbeContext) -> str:
        """Say why it cannot be run now; empty when it can."""
        if bench.is_lost or (self.fetches and bench.obstacle):
            return bench.obstacle
        needed_s = self.fetches * (bench.refetch_s or 0) + _LAST_STAGES_S
        if self.is_optional and bench.left_s < needed_s:
            pace = f"this needs up to {needed_s:.0f} s"
            return f"no time left in {bench.budget_s:.0f} s: {pace}; ask for this check alone"
        return ""


_FIRST: Final = Stage(
    checks={
        ROTATION: "a new key signs at once",
        OVERLAP: "tokens of the old key while a new one takes over",
    },
    run=watch_rotation,
)
_STAGES: Final = (
    _FIRST,
    Stage(
        checks={MAX_AGE: "the max-age of the key set", REMOVAL: "a key is removed at once"},
        run=watch_expiry,
        fetches=1,
    ),
    Stage(
        checks={OUTAGE: "the key endpoint is down for longer than the max-age"},
        run=watch_outage,
        fetches=2,
    ),
    *(
        Stage(
            checks={case.id: f"the key endpoint serves {case.title}"},
            run=partial(watch_survival, case),
            fetches=1,
            is_optional=True,
        )
        for case in CASES
    ),
    Stage(
        checks={STALE: "the key endpoint serves the old set while the new key signs"},
        run=watch_stale_edge,
        fetches=2,
        is_optional=True,
    ),
    Stage(checks={RETURN: "a new key signs after all these faults"}, run=watch_return),
    Stage(checks={BURST: "200 tokens with unknown kids"}, run=watch_burst),
)
TITLES: Final = {check: title for stage in _STAGES for check, title in stage.checks.items()}
"""The title of each check of this part, by its id."""


def choose_stages(select: Callable[[str], bool]) -> list[Stage]:
    """Return the stages that answer what was asked for, in order.

    Those that need fetches need the first one before them: since then the target holds a set that
    becomes old soon.
    """
    chosen = [stage for stage in _STAGES if any(map(select, stage.checks))]
    needs_first = _FIRST not in chosen and any(stage.fetches for stage in chosen)
    return [_FIRST, *chosen] if needs_first else chosen
