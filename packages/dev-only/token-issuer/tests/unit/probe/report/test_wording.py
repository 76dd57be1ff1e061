# DEV-ONLY: never ship to production.
from datetime import UTC, datetime, timedelta, timezone

import pytest
from token_issuer.probe.report.wording import describe_duration, format_instant, make_visible

pytestmark = pytest.mark.requirement("BV-3")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("refused with 401", "refused with 401"),
        ("two\nlines", "two\nlines"),
        ("\x1b[2Jgone\x07", r"\x1b[2Jgone\x07"),
        ("tab\tand\rreturn", r"tab\tand\rreturn"),
        ("\ud800", r"\ud800"),
        ("a\u202eb", r"a\u202eb"),
        ("\ufffe\x00", r"\ufffe\x00"),
        ("§ 3.1, naïve 漢字", "§ 3.1, naïve 漢字"),
    ],
)
def test_what_cannot_be_printed_is_written_as_its_escape(text: str, shown: str) -> None:
    assert make_visible(text) == shown


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
def test_duration_is_written_for_people(duration_s: float, shown: str) -> None:
    assert describe_duration(duration_s) == shown


def test_moment_is_written_in_utc_to_the_second() -> None:
    east = datetime(2026, 3, 1, 14, 0, 0, 999_999, timezone(timedelta(hours=2)))
    assert format_instant(east) == format_instant(datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert format_instant(east) == "2026-03-01T12:00:00Z"
