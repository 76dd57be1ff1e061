# DEV-ONLY: never ship to production.
"""Times of X.509 certificates."""

from datetime import UTC, datetime
from functools import cache


@cache
def _choose_class() -> type[datetime]:
    """Return the value of `datetime` at the first call: the class, or that of freezegun.

    cryptography accepts only instances of the class that it found at its own first call.
    """
    return datetime


def to_certificate_time(time: datetime) -> datetime:
    """Return *time* in UTC and whole seconds, as an object that cryptography accepts."""
    return _choose_class()(*time.astimezone(UTC).timetuple()[:6], tzinfo=UTC)
