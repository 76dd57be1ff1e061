# DEV-ONLY: never ship to production.
"""A clock that can be turned and stopped: what tokens, cache headers and `Date` go by."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from token_issuer.timing.durations import parse_duration

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(
    9999, 1, 1, tzinfo=UTC
)  # it goes on from there, and dates end with the year


def read_system_clock() -> datetime:
    """Return the current time, aware and in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """How a clock differs from the machine's.

    Attributes:
        offset: How far it is ahead; negative: behind.
        frozen_at: Where it stands still; None while it goes.
    """

    offset: timedelta = timedelta(0)
    frozen_at: datetime | None = None


class Clock:
    """The time as the issuer tells it; call it to read it.

    Attributes:
        setting: How it differs from the machine's clock.
    """

    def __init__(self, read: Callable[[], datetime] = read_system_clock) -> None:
        """Take over the time of *read*, which must be aware and in UTC."""
        self._read = read
        self.setting = ClockSetting()

    def __call__(self) -> datetime:
        """Return the current time, aware and in UTC."""
        setting = self.setting
        return setting.frozen_at or self._read() + setting.offset

    def turn(
        self,
        *,
        now: datetime | None = None,
        offset: timedelta | str | None = None,
        frozen: bool = False,
    ) -> None:
        """Turn the clock.

        Args:
            now: To this time; it goes on from there.
            offset: To this far ahead of the machine's clock: a `timedelta`, or text such as `2h` or
                `-5m`. Without *now* and *offset* the clock keeps its time.
            frozen: Stop it there.

        Raises:
            ValueError: both are given, *offset* is not a duration, or the time would lie outside
                the years 1970 to 9998.
        """
        if now is not None and offset is not None:
            message = "now and offset contradict each other: send one of them"
            raise ValueError(message)
        ahead = None if offset is None else parse_duration(offset)
        system = self._read()
        try:
            target = now or (system + ahead if ahead is not None else self())
        except OverflowError:
            target = None
        if target is None or not EARLIEST <= target <= LATEST:
            message = "the time must lie in the years 1970 to 9998"
            raise ValueError(message)
        self.setting = ClockSetting(target - system, target if frozen else None)

    def reset(self) -> None:
        """Go by the machine's clock again."""
        self.setting = ClockSetting()
