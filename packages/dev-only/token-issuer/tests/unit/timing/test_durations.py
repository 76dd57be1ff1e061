# DEV-ONLY: never ship to production.
import doctest
from datetime import timedelta

import pytest
from token_issuer.timing import durations
from token_issuer.timing.durations import format_duration, parse_duration


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
    assert parse_duration(text) == parse_duration(duration) == duration


@pytest.mark.requirement("TI-3")
@pytest.mark.parametrize("text", ["15m", "2h", "1m30s", "-1h30m", "7d", "0s", "1d1s"])
def test_duration_is_formatted_as_it_is_read(text: str) -> None:
    assert format_duration(parse_duration(text)) == text


@pytest.mark.requirement("TI-3")
@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (5, 'write "5s"'),
        ("15", 'write "15s"'),
        ("-5", 'write "-5s"'),
        (0.5, "write timedelta[(]seconds=0.5[)]"),
    ],
)
def test_number_is_refused_with_what_to_write(number: object, remedy: str) -> None:
    with pytest.raises(ValueError, match=f"^not a duration: it has no unit; {remedy}"):
        parse_duration(number)


@pytest.mark.parametrize("value", [None, True, [5], b"5s"])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not a duration such as 90s"):
        parse_duration(value)


@pytest.mark.requirement("TI-3")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
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


def test_examples_are_right() -> None:
    assert doctest.testmod(durations) == doctest.TestResults(failed=0, attempted=3)
