"""Cache record of a remote key set, and the pure transitions between records.

No function of this module fetches, waits or reads a clock. Times are monotonic seconds.
"""

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from jwt_core.argument_checks import check_duration
from jwt_core.jwks import KeySet


class KeySetState(StrEnum):
    """State of a remote key set; it determines what the next verification does.

    Attributes:
        EMPTY: There is no usable set and no fetch has failed; the next verification fetches.
        FRESH: The set is within its lifetime; no fetch is needed.
        STALE: The set's lifetime is over; the next verification fetches, and keeps the set if the
            fetch fails.
        COOLING_DOWN: The last fetch failed; the last valid set is used until the next attempt.
        FAILED: The last fetch failed and there is no usable set; no token can be verified.

    Example:
        >>> from jwt_core.remote import KeySetState, RemoteKeySet
        >>> keys = RemoteKeySet("https://id.example.com/jwks.json")
        >>> keys.prefetch()
        >>> keys.state is KeySetState.FRESH
        True
    """

    EMPTY = "empty"
    FRESH = "fresh"
    STALE = "stale"
    COOLING_DOWN = "cooling_down"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class CacheLimits:
    """Limits on how long a set is used and how often it is fetched.

    Attributes:
        cooldown: Pause after a fetch before a token can cause a fetch of a fresh set.
        failure_cooldown: Pause after a failed fetch of an absent or stale set.
        default_lifetime: Lifetime of a set whose response states none.
        min_lifetime: Shortest lifetime, whatever the response states.
        max_lifetime: Longest lifetime, whatever the response states.
        stale_limit: Time after its fetch for which the last valid set is used while fetches fail.

    Raises:
        TypeError: A limit is not a timedelta.
        ValueError: A limit is not positive, or the lifetimes are out of order.
    """

    cooldown: timedelta
    failure_cooldown: timedelta
    default_lifetime: timedelta
    min_lifetime: timedelta
    max_lifetime: timedelta
    stale_limit: timedelta

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            check_duration(name, value)
            if value <= timedelta(0):
                message = f"{name} must be a positive duration, such as timedelta(seconds=30)"
                raise ValueError(message)
        if not self.min_lifetime <= self.max_lifetime <= self.stale_limit:
            message = "min_lifetime, max_lifetime and stale_limit must be in ascending order"
            raise ValueError(message)

    def clamp_lifetime(self, stated_s: float | None) -> float:
        """Return the lifetime to use if a response states *stated_s*, both in seconds."""
        lifetime_s = self.default_lifetime.total_seconds() if stated_s is None else stated_s
        floor, ceiling = self.min_lifetime.total_seconds(), self.max_lifetime.total_seconds()
        return min(max(lifetime_s, floor), ceiling)


@dataclass(frozen=True, kw_only=True)
class CacheRecord:
    """A key set and the times that limit its use.

    Attributes:
        keys: The last valid set.
        fresh_until: End of the lifetime of the set.
        usable_until: Time until which the set is used if fetches fail.
        stated_lifetime_s: Lifetime that the last response stated, in seconds; None without one.
        cooldown_until: Earliest time of the next fetch.
        last_error: Why the last fetch failed; None after a success.
    """

    keys: KeySet | None = None
    fresh_until: float = -math.inf
    usable_until: float = -math.inf
    stated_lifetime_s: float | None = None
    cooldown_until: float = -math.inf
    last_error: BaseException | None = None

    def get_usable_keys(self, now: float) -> KeySet | None:
        """Return the set to verify with, or None if there is none or it is too old."""
        return self.keys if now < self.usable_until else None

    def may_fetch(self, now: float) -> bool:
        """Return whether the cooldown is over."""
        return now >= self.cooldown_until

    def needs_fetch(self, now: float) -> bool:
        """Return whether the cooldown is over and the set is either absent or past its lifetime."""
        return now >= self.fresh_until and self.may_fetch(now)

    def get_state(self, now: float) -> KeySetState:
        """Return the state of this record."""
        if now < self.fresh_until:
            return KeySetState.FRESH
        if now >= self.usable_until:
            return KeySetState.EMPTY if self.last_error is None else KeySetState.FAILED
        return KeySetState.STALE if self.may_fetch(now) else KeySetState.COOLING_DOWN

    def record_success(
        self, keys: KeySet, now: float, stated_lifetime_s: float | None, limits: CacheLimits
    ) -> "CacheRecord":
        """Return the record after a successful fetch."""
        lifetime_s = limits.clamp_lifetime(stated_lifetime_s)
        return CacheRecord(
            keys=keys,
            fresh_until=now + lifetime_s,
            usable_until=now + limits.stale_limit.total_seconds(),
            stated_lifetime_s=stated_lifetime_s,
            # A set whose lifetime is shorter than the cooldown is fetched again at its end.
            cooldown_until=now + min(limits.cooldown.total_seconds(), lifetime_s),
        )

    def record_not_modified(
        self, keys: KeySet, now: float, stated_lifetime_s: float | None, limits: CacheLimits
    ) -> "CacheRecord":
        """Return the record after a response 304, which confirms *keys*.

        A lifetime that the response does not state stays as it was (RFC 9111 §4.3.4).
        """
        lifetime_s = self.stated_lifetime_s if stated_lifetime_s is None else stated_lifetime_s
        return self.record_success(keys, now, lifetime_s, limits)

    def record_failure(
        self, error: BaseException, now: float, limits: CacheLimits
    ) -> "CacheRecord":
        """Return the record after a failed fetch; it keeps the last valid set."""
        # Only an unverifiable token causes a fetch of a fresh set: a retry is not urgent.
        pause = limits.cooldown if now < self.fresh_until else limits.failure_cooldown
        return replace(self, cooldown_until=now + pause.total_seconds(), last_error=error)
