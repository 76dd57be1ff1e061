# DEV-ONLY: never ship to production.
"""Counts, durations and times in reports."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from token_issuer.probe.wording import (
    describe_count,
    describe_duration,
    format_timestamp,
)

pytestmark = pytest.mark.requirement("BV-3")


@pytest.mark.parametrize(
    ("count", "noun", "shown"),
    [
        (0, "check", "0 checks"),
        (1, "check", "1 check"),
        (2, "finding", "2 findings"),
        (1, "fetch", "1 fetch"),
        (200, "fetch", "200 fetches"),
        (3, "weakness", "3 weaknesses"),
    ],
)
def test_count_is_written_with_its_noun(count: int, noun: str, shown: str) -> None:
    assert describe_count(count, noun) == shown


@pytest.mark.parametrize(
    ("duration_s", "shown"),
    [
        (0, "0 ms"),
        (0.0124, "12 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (4.21, "4.2 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (72.4, "1 min 12 s"),
    ],
)
def test_duration_is_written_with_its_unit(duration_s: float, shown: str) -> None:
    assert describe_duration(duration_s) == shown


def test_timestamp_is_written_in_utc_to_the_second() -> None:
    east = datetime(2026, 3, 1, 14, 0, 0, 999_999, timezone(timedelta(hours=2)))
    assert format_timestamp(east) == format_timestamp(datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert format_timestamp(east) == "2026-03-01T12:00:00Z"
