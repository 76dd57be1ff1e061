# DEV-ONLY: never ship to production.
from datetime import timedelta

import pytest
from token_issuer.timing.durations import parse_duration


@pytest.mark.requirement("TI-3")
@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("90s", timedelta(seconds=90)),
        ("-5m", timedelta(minutes=-5)),
        ("1h30m", timedelta(minutes=90)),
        ("-1h30m", timedelta(minutes=-90)),
        ("7d", timedelta(days=7)),
        ("0s", timedelta(0)),
        (" 15m ", timedelta(minutes=15)),
    ],
)
def test_duration_is_read(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.requirement("TI-3")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "15",
        "m",
        "15 m",
        "1.5h",
        "15M",
        "5m2h",
        "+5m",
        "--5m",
        "1w",
        "\u0665m",
        "9" * 30 + "s",
    ],
)
def test_duration_is_refused_when_malformed(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration such as 90s"):
        parse_duration(text)


def test_largest_duration_does_not_overflow() -> None:
    assert parse_duration("999999d99999999h999999999m9999999999s") > timedelta(days=999999)
