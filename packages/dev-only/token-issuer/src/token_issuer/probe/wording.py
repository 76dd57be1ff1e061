# DEV-ONLY: never ship to production.
"""Wording of reports: counts, durations and times."""

from datetime import UTC, datetime
from typing import Final

_MINUTE_S: Final = 60
_SIBILANTS: Final = ("ch", "sh", "s", "x", "z")


def describe_count(count: int, noun: str) -> str:
    """Write a number with its noun: `0 checks`, `1 check`, `2 checks`, `2 fetches`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith(_SIBILANTS) else 's'}"


def describe_duration(duration_s: float) -> str:
    """Write a duration with its unit: `12 ms`, `4.2 s`, `1 min 12 s`."""
    if duration_s < 0.9995:  # noqa: PLR2004  # from here on it rounds to 1000 ms
        return f"{duration_s * 1000:.0f} ms"
    if duration_s < _MINUTE_S - 0.05:
        return f"{duration_s:.1f} s"
    minutes, seconds = divmod(round(duration_s), _MINUTE_S)
    return f"{minutes} min {seconds} s"


def format_timestamp(timestamp: datetime) -> str:
    """Write a time as RFC 3339 in UTC, to the second: `2026-03-01T12:00:00Z`."""
    return f"{timestamp.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
