"""What is known of a remote key set at a moment: a record, and the pure steps between records.

Nothing here fetches, waits or reads a clock. Times are seconds of one monotonic clock.
"""

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from jwt_core.jwks import KeySet


class KeySetState(StrEnum):
    """Where a remote key set stands, and what the next verification will do.

    Attributes:
        EMPTY: No usable set, and nothing is known to be wrong; the next use fetches.
        FRESH: A set within its lifetime is in use; no fetch.
        STALE: The set's lifetime is over; the next use fetches, and keeps the set if that fails.
        COOLING_DOWN: The last fetch failed; the last good set is in use until the next attempt.
        FAILED: The last fetch failed and there is no usable set; tokens cannot be judged.
    """

    EMPTY = "empty"
    FRESH = "fresh"
    STALE = "stale"
    COOLING_DOWN = "cooling_down"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class CacheLimits:
    """How long a set is trusted, and how often its endpoint is asked.

    Attributes:
        cooldown: Pause after a fetch before a token may cause another one of a fresh set.
        failure_cooldown: Pause after a failed fetch of an absent or stale set.
        default_lifetime: Lifetime of a set whose endpoint states none.
        min_lifetime: Shortest lifetime, whatever the endpoint says.
        max_lifetime: Longest lifetime, whatever the endpoint says.
        stale_limit: How long after its fetch the last good set stays usable while fetches fail.

    Raises:
        ValueError: a limit is not positive, or the lifetimes are out of order.
    """

    cooldown: timedelta
    failure_cooldown: timedelta
    default_lifetime: timedelta
    min_lifetime: timedelta
    max_lifetime: timedelta
    stale_limit: timedelta

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value <= timedelta(0):
                message = f"{name} must be a positive duration"
                raise ValueError(message)
        if not self.min_lifetime <= self.max_lifetime <= self.stale_limit:
            message = "min_lifetime, max_lifetime and stale_limit must be in ascending order"
            raise ValueError(message)

    def clamp_lifetime(self, stated_s: float | None) -> float:
        """Return the lifetime to use for the one that an endpoint stated, in seconds."""
        lifetime_s = self.default_lifetime.total_seconds() if stated_s is None else stated_s
        floor, ceiling = self.min_lifetime.total_seconds(), self.max_lifetime.total_seconds()
        return min(max(lifetime_s, floor), ceiling)


@dataclass(frozen=True, kw_only=True)
class CacheRecord:
    """A key set and the moments that decide about it.

    Attributes:
        keys: The last good set.
        fresh_until: End of its lifetime.
        usable_until: When it is too old to be trusted even while fetches fail.
        cooldown_until: No fetch before this moment.
        last_error: Why the latest fetch failed; None after a success.
    """

    keys: KeySet | None = None
    fresh_until: float = -math.inf
    usable_until: float = -math.inf
    cooldown_until: float = -math.inf
    last_error: BaseException | None = None

    def get_usable_keys(self, now: float) -> KeySet | None:
        """Return the set to verify with."""
        return self.keys if now < self.usable_until else None

    def may_fetch(self, now: float) -> bool:
        """Tell whether the endpoint may be asked again."""
        return now >= self.cooldown_until

    def needs_fetch(self, now: float) -> bool:
        """Tell whether the set is absent or past its lifetime, and a fetch is due."""
        return now >= self.fresh_until and self.may_fetch(now)

    def get_state(self, now: float) -> KeySetState:
        """Name the state of this record."""
        if now < self.fresh_until:
            return KeySetState.FRESH
        if now >= self.usable_until:
            return KeySetState.EMPTY if self.last_error is None else KeySetState.FAILED
        return KeySetState.STALE if self.may_fetch(now) else KeySetState.COOLING_DOWN

    def record_success(
        self, keys: KeySet, now: float, stated_lifetime_s: float | None, limits: CacheLimits
    ) -> "CacheRecord":
        """Return the record after a good fetch."""
        lifetime_s = limits.clamp_lifetime(stated_lifetime_s)
        return CacheRecord(
            keys=keys,
            fresh_until=now + lifetime_s,
            usable_until=now + limits.stale_limit.total_seconds(),
            # A set that expires sooner is fetched again when it does.
            cooldown_until=now + min(limits.cooldown.total_seconds(), lifetime_s),
        )

    def record_failure(
        self, error: BaseException, now: float, limits: CacheLimits
    ) -> "CacheRecord":
        """Return the record after a failed fetch; the last good set stays."""
        # While the set is fresh only a strange token can have caused the fetch: no hurry to retry.
        pause = limits.cooldown if now < self.fresh_until else limits.failure_cooldown
        return replace(self, cooldown_until=now + pause.total_seconds(), last_error=error)
