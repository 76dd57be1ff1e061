import pytest
from jwt_core.remote.freshness import parse_lifetime

pytestmark = pytest.mark.requirement("JC-3")


@pytest.mark.parametrize(
    ("cache_control", "lifetime"),
    [
        ("max-age=300", 300),
        ("public, max-age=19845, must-revalidate, no-transform", 19845),
        ("PUBLIC,MAX-AGE=60", 60),
        ('max-age="60"', 60),
        ("max-age=0", 0),
        ("max-age=60, max-age=30", 30),
        ("max-age=" + "9" * 5000, 9999999999),
        ("no-store", 0),
        ("no-cache, max-age=300", 0),
        ('max-age=300, no-cache="Set-Cookie"', 0),
        ("public", None),
        ("", None),
        ("max-age", None),
        ("max-age=", None),
        ("max-age=-1", None),
        ("max-age=1.5", None),
        ("max-age=60s", None),
        ("s-maxage=60", None),
        ("x-max-age=60", None),
        ("x-no-store", None),
    ],
)
def test_lifetime_is_what_cache_control_states(cache_control: str, lifetime: float | None) -> None:
    assert parse_lifetime({"cache-control": cache_control}) == lifetime


def test_lifetime_is_unknown_without_cache_control() -> None:
    assert parse_lifetime({"expires": "Thu, 01 Jan 2099 00:00:00 GMT", "age": "5"}) is None


@pytest.mark.parametrize(
    ("age", "lifetime"),
    [("0", 300), ("100", 200), ("300", 0), ("9999", 0), ("soon", 300), ("-5", 300), ("²", 300)],
)
def test_time_already_spent_in_caches_is_taken_off(age: str, lifetime: float) -> None:
    assert parse_lifetime({"cache-control": "max-age=300", "age": age}) == lifetime
