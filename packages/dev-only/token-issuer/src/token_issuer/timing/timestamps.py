# DEV-ONLY: never ship to production.
"""Timestamps: a NumericDate, or RFC 3339 text."""

from datetime import UTC, datetime
from typing import Annotated, Final

from msgspec import Meta

Timestamp = Annotated[datetime, Meta(extra_json_schema={"format": "date-time"})]
"""A time in a JSON document that the issuer writes."""

_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
EXAMPLES: Final = "1772366400 or 2026-03-01T12:00:00Z"


def parse_timestamp(value: float | str) -> datetime:
    """Parse a timestamp: seconds since 1970, or a date and time with its UTC offset.

    Raises:
        ValueError: *value* is neither, or not in the years 1970 to 9999.

    Spec: RFC 7519 §2 (NumericDate), RFC 3339 §5.6
    """
    try:
        if isinstance(value, str):
            timestamp = datetime.fromisoformat(value)
        else:
            timestamp = datetime.fromtimestamp(value, UTC)
        if timestamp.tzinfo is not None and _EARLIEST <= timestamp <= _LATEST:
            return timestamp.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    message = (
        "not a time of the years 1970 to 9999: expected seconds since 1970, or a date and time "
        f"with its UTC offset, such as {EXAMPLES}"
    )
    raise ValueError(message)
