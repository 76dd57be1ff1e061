# DEV-ONLY: never ship to production.
"""The ring of keys that are derived from a seed: a pure function of the time.

The time since 1970 is divided into *epochs* as long as the period of the rotation plan. The key of
epoch *i* is published before the epoch begins, by the lead of the plan, signs while it lasts, and
stays published afterwards, for the retention. Any number of processes thus rotate together without
communicating. If keys do not rotate, the key of epoch 0 signs at any time.

All times are whole microseconds, so no two machines round them differently.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from jwt_core import Algorithm, PrivateKey, SigningKey

from token_issuer.config.choices import ALGORITHMS, KidStyle
from token_issuer.keys.ring import RingKey, create_ring_key, derive_kid
from token_issuer.keys.rotation_plan import RotationPlan

_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNROTATED_SINCE: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""Creation time of a key that does not rotate, and thus the start of its certificate."""


def list_epochs(plan: RotationPlan, now: datetime) -> range:
    """Return the epochs whose keys are published at *now*."""
    if plan.period is None:
        return range(1)
    since_start = max(now - _START, timedelta(0))
    first = (since_start - plan.retention) // plan.period
    last = (since_start + plan.lead) // plan.period
    return range(max(first, 0), last + 1)


def create_seeded_entry(
    private_key: PrivateKey,
    algorithm: Algorithm,
    epoch: int,
    *,
    plan: RotationPlan,
    style: KidStyle,
) -> RingKey:
    """Return the entry of the key for *algorithm* in an epoch."""
    number = 1 + ALGORITHMS.index(algorithm) + len(ALGORITHMS) * epoch
    kid = derive_kid(style, private_key.public_key(), number)
    entry = create_ring_key(SigningKey(private_key, algorithm, kid), _UNROTATED_SINCE)
    if plan.period is None:
        return entry
    active_at = _START + epoch * plan.period
    retired_at = active_at + plan.period
    return replace(
        entry,
        created_at=active_at - plan.lead,
        active_at=active_at,
        retired_at=retired_at,
        removed_at=retired_at + plan.retention,
    )
