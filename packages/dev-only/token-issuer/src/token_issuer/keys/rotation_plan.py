# DEV-ONLY: never ship to production.
"""Rotation plan: when the key ring rotates automatically, and its lead and retention.

The *lead* is the time for which a key is published before it signs; the *retention* is the time for
which it stays published after its last signature.

Google publishes a new key about every 8 days. After that, three keys are published for about 18
hours, then two. Each key is published for about 17 days. The plan `like_google` does the same: a
key is published for 18 hours before it signs, signs for 8 days, and stays published for 8 more
days. In total, it is published for 16 days and 18 hours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from jwt_core import Algorithm

from token_issuer.errors import InvalidInputError
from token_issuer.keys.ring import KeyRing
from token_issuer.timing.durations import parse_duration

_GOOGLE_PERIOD: Final = timedelta(days=8)
_GOOGLE_LEAD: Final = timedelta(hours=18)
_MAX_DURATION: Final = timedelta(days=3650)
_IN_FLIGHT: Final = timedelta(seconds=1)  # for responses sent just before the ring rotates
_VERIFIER_LIFETIME: Final = timedelta(seconds=10)
"""How long verifiers keep keys at least: `min_lifetime` of `jwt_core.RemoteKeySet`."""
MAX_FOLLOWED_FACTOR: Final = int(_GOOGLE_LEAD / (_VERIFIER_LIFETIME + _IN_FLIGHT))
"""The highest speed at which such verifiers fetch each key before it signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPlan:
    """The durations of a rotation.

    Attributes:
        period: The time between two new keys; None if the ring rotates on request only.
        lead: How long a new key is published before it signs.
        retention: How long a key stays published after its last signature.
    """

    period: timedelta | None = None
    lead: timedelta
    retention: timedelta

    @classmethod
    def on_demand(cls, max_age: timedelta, ttl: timedelta) -> Self:
        """Plan rotations on request, for key documents of *max_age* and tokens of *ttl*."""
        return cls(lead=max_age + _IN_FLIGHT, retention=ttl + max_age)

    @classmethod
    def like_google(cls, factor: float) -> Self:
        """Plan Google's rotation, *factor* times as fast."""
        period = _GOOGLE_PERIOD / factor
        return cls(period=period, lead=_GOOGLE_LEAD / factor, retention=period)

    def describe_risk(self) -> str:
        """Describe why verifiers may reject good tokens; empty if they can follow this plan."""
        if self.period is None or self.lead >= _VERIFIER_LIFETIME + _IN_FLIGHT:
            return ""
        return (
            f"a new key every {self.period.total_seconds():.3g} s is published only "
            f"{self.lead.total_seconds():.3g} s before it signs; verifiers that keep keys for "
            f"{_VERIFIER_LIFETIME.seconds} s and pause between fetches for unknown keys reject "
            "good tokens meanwhile"
        )

    def find_due_time(self, ring: KeyRing, algorithm: Algorithm) -> datetime | None:
        """Return when the next key of *algorithm* is due; None if no rotation is planned."""
        if self.period is None:
            return None
        created = [key.created_at for key in ring.keys if key.algorithm is algorithm]
        return max(created) + self.period if created else None


def parse_rotation_duration(name: str, value: timedelta | str | None) -> timedelta | None:
    """Parse the lead or retention of one rotation; None leaves it to the plan.

    Args:
        name: The field or option to name in an error.
        value: A `timedelta`, or text such as `90s` or `2h`, from zero to ten years.

    Raises:
        InvalidInputError: *value* is not such a duration.
    """
    if value is None:
        return None
    shown = repr(value[:40] if isinstance(value, str) else value)
    try:
        duration = parse_duration(value)
    except ValueError as error:
        message = f"{name}: {shown} is {error}"
        raise InvalidInputError(message, name) from error
    if not timedelta(0) <= duration <= _MAX_DURATION:
        message = f"{name}: {shown} is out of range: expected zero to ten years"
        raise InvalidInputError(message, name)
    return duration
