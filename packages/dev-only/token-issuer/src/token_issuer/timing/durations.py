# DEV-ONLY: never ship to production.
"""Durations as people write them: `90s`, `15m`, `1h30m`, `7d`, `-5m`."""

import re
from datetime import timedelta
from typing import Final

_PATTERN: Final = re.compile(
    r"(?P<sign>-?)"
    r"(?:(?P<days>[0-9]{1,6})d)?(?:(?P<hours>[0-9]{1,8})h)?"
    r"(?:(?P<minutes>[0-9]{1,9})m)?(?:(?P<seconds>[0-9]{1,10})s)?"
)
EXAMPLES: Final = "90s, 15m, 2h, 1h30m, 7d"


def parse_duration(text: str) -> timedelta:
    """Read a duration such as `1h30m`; a leading minus turns the whole of it negative.

    Raises:
        ValueError: *text* is not a duration.
    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None or not any(match.group("days", "hours", "minutes", "seconds")):
        message = f"not a duration such as {EXAMPLES}"
        raise ValueError(message)
    units = ("days", "hours", "minutes", "seconds")
    duration = timedelta(**{unit: int(match[unit] or 0) for unit in units})
    return -duration if match["sign"] else duration


def parse_ttl(text: str) -> timedelta:
    """Read how long something is valid.

    Raises:
        ValueError: not a duration, not positive, or more than 100 years.
    """
    duration = parse_duration(text)
    if duration <= timedelta(0) or duration > timedelta(days=36500):
        message = "expected more than zero and at most 100 years"
        raise ValueError(message)
    return duration
