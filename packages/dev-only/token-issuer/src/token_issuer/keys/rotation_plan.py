# DEV-ONLY: never ship to production.
"""When the ring rotates by itself, and how long the steps of a rotation take.

Google publishes a key about every 8 days; for about 18 hours three keys are published, then two; a
key lives for about 17 days. So here: a key is published for 18 hours, signs for 8 days, and stays
published for 8 more, 16 days and 18 hours in all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self, Final

from jwt_core import Algorithm

from token_issuer.timing.durations import parse_duration
from token_issuer.errors import InvalidInputError
from token_issuer.keys.ring import KeyRing

_GOOGLE_PERIOD: Final = timedelta(days=8)
_GOOGLE_LEAD: Final = timedelta(hours=18)
_MAX_STEP: Final = timedelta(days=3650)
_IN_FLIGHT: Final = timedelta(seconds=1)  # for answers that are on their way while the ring rotates


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPlan:
    """The times of a rotation.

    Attributes:
        period: From one new key to the next; None: only when asked.
        lead: How long a new key is published before it signs.
        retention: How long a key stays published after it has signed for the last time.
    """

    period: timedelta | None = None
    lead: timedelta
    retention: timedelta

    @classmethod
    def on_demand(cls, max_age: timedelta, ttl: timedelta) -> Self:
        """Plan for documents that are cached for *max_age*, and tokens that live for *ttl*."""
        return cls(lead=max_age + _IN_FLIGHT, retention=ttl + max_age)

    @classmethod
    def like_google(cls, factor: float) -> Self:
        """Plan Google's rotation, *factor* times as fast."""
        period = _GOOGLE_PERIOD / factor
        return cls(period=period, lead=_GOOGLE_LEAD / factor, retention=period)

    def find_due_time(self, ring: KeyRing, algorithm: Algorithm) -> datetime | None:
        """Return when the next key of *algorithm* is to be published; None: nothing is planned."""
        if self.period is None:
            return None
        created = [key.created_at for key in ring.keys if key.algorithm is algorithm]
        return max(created) + self.period if created else None


def read_step(name: str, value: timedelta | str | None) -> timedelta | None:
    """Return how long a step of a rotation takes; None leaves it to the plan.

    Raises:
        InvalidInputError: *value* is not such a duration; the message begins with *name*.
    """
    if value is None:
        return None
    try:
        duration = parse_duration(value)
        if not timedelta(0) <= duration <= _MAX_STEP:
            message = "expected zero to ten years"
            raise ValueError(message)  # noqa: TRY301  # one message for both
    except ValueError as error:
        message = f"{name}: '{str(value)[:40]}' is wrong: {error}"
        raise InvalidInputError(message, name) from error
    return duration
