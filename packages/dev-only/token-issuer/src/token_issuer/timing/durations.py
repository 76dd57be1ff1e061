# DEV-ONLY: never ship to production.
"""Durations: a `timedelta`, or text such as `90s`, `15m`, `1h30m`, `7d`, `-5m`."""

import re
from datetime import timedelta
from typing import Final

_PATTERN: Final = re.compile(
    r"(?P<sign>-?)"
    r"(?:(?P<days>[0-9]{1,6})d)?(?:(?P<hours>[0-9]{1,8})h)?"
    r"(?:(?P<minutes>[0-9]{1,9})m)?(?:(?P<seconds>[0-9]{1,10})s)?"
)
_WHOLE_NUMBER: Final = re.compile(r"-?[0-9]{1,10}")
_MAX_TTL: Final = timedelta(days=36500)
EXAMPLES: Final = "90s, 15m, 2h, 1h30m, 7d"


def parse_duration(value: object) -> timedelta:
    """Parse a duration.

    >>> parse_duration("1h30m")
    datetime.timedelta(seconds=5400)
    >>> parse_duration(timedelta(minutes=-5)) == parse_duration("-5m")
    True

    Args:
        value: A `timedelta`, or text; a leading minus makes the whole duration negative.

    Raises:
        ValueError: *value* is not a duration. For a number, the message says how to write it.
    """
    if isinstance(value, timedelta):
        return value
    text = value.strip() if isinstance(value, str) else ""
    match = _PATTERN.fullmatch(text)
    if match is None or not any(match.group("days", "hours", "minutes", "seconds")):
        raise ValueError(_explain(value))
    units = ("days", "hours", "minutes", "seconds")
    duration = timedelta(**{unit: int(match[unit] or 0) for unit in units})
    return -duration if match["sign"] else duration


def _explain(value: object) -> str:
    number = value.strip() if isinstance(value, str) else repr(value)
    if not isinstance(value, bool) and _WHOLE_NUMBER.fullmatch(number):
        return f'not a duration: it has no unit; write "{number}s" for seconds'
    if isinstance(value, float):
        return f"not a duration: it has no unit; write timedelta(seconds={value!r})"
    return f"not a duration such as {EXAMPLES}"


def parse_ttl(value: object) -> timedelta:
    """Parse a validity period: more than zero, and at most 100 years.

    Raises:
        ValueError: *value* is not a duration, or is outside these bounds.
    """
    duration = parse_duration(value)
    if not timedelta(0) < duration <= _MAX_TTL:
        message = "expected more than zero and at most 100 years"
        raise ValueError(message)
    return duration


def format_duration(duration: timedelta) -> str:
    """Return *duration* as text that `parse_duration` reads; fractions of a second are cut off.

    >>> format_duration(timedelta(minutes=90))
    '1h30m'
    """
    seconds = abs(duration) // timedelta(seconds=1)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"))
    text = "".join(f"{number}{unit}" for number, unit in parts if number)
    sign = "-" if duration < timedelta(0) else ""
    return f"{sign}{text}" if text else "0s"
