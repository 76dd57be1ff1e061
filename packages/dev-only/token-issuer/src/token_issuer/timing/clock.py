# DEV-ONLY: never ship to production.
"""The simulated clock of an issuer: an offset to the system clock, or a frozen time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from token_issuer.errors import InvalidInputError
from token_issuer.timing.durations import parse_duration

MIN_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
MAX_TIME: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""A year before the last date of Python, because the clock continues from here."""


def read_system_clock() -> datetime:
    """Return the current time, aware and in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """The difference between a simulated clock and the system clock.

    Attributes:
        offset: The time to add to the system clock.
        frozen_at: The time at which the clock is stopped; None if it is running.
    """

    offset: timedelta = timedelta(0)
    frozen_at: datetime | None = None


class Clock:
    """A simulated clock; call it to read the time.

        >>> clock = Clock()
        >>> clock.turn(offset=timedelta(days=8), frozen=True)
        >>> clock() - read_system_clock() > timedelta(days=7)
        True

    Attributes:
        setting: The difference between this clock and the system clock.
    """

    def __init__(self, read: Callable[[], datetime] = read_system_clock) -> None:
        """Simulate a clock on top of *read*, which returns the current time in UTC."""
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
        """Set the clock; without *now* and *offset* it keeps its time.

        Args:
            now: The time to set, with a time zone: `datetime(2030, 1, 1, tzinfo=UTC)`.
            offset: The time to add to the system clock: a `timedelta`, or text such as `2h`, `-5m`.
            frozen: Whether to stop the clock at that time.

        Raises:
            InvalidInputError: *now* and *offset* are both given, *now* is not a `datetime` with a
                time zone, *offset* is not a duration, or the time is not in the years 1970 to 9998.
        """
        if now is not None and offset is not None:
            message = "now and offset contradict each other: send one of them"
            raise InvalidInputError(message, "now", "offset")
        given = None if now is None else _check_now(now)
        ahead = None if offset is None else _parse_offset(offset)
        system = self._read()
        try:
            target = given or (system + ahead if ahead is not None else self())
        except OverflowError:
            target = None
        if target is None or not MIN_TIME <= target <= MAX_TIME:
            field = "now" if now is not None else "offset"
            message = f"{field}: expected a time in the years 1970 to 9998"
            raise InvalidInputError(message, field)
        self.setting = ClockSetting(target - system, target.astimezone(UTC) if frozen else None)

    def reset(self) -> None:
        """Reset the clock to the system clock."""
        self.setting = ClockSetting()


def _check_now(now: object) -> datetime:
    if isinstance(now, datetime) and now.utcoffset() is not None:
        return now
    message = "now: expected a datetime with a time zone; use datetime(…, tzinfo=UTC)"
    raise InvalidInputError(message, "now")


def _parse_offset(offset: timedelta | str) -> timedelta:
    try:
        return parse_duration(offset)
    except ValueError as error:
        message = f"offset: {error}"
        raise InvalidInputError(message, "offset") from error
