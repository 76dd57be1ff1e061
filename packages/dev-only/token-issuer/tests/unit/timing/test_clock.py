# DEV-ONLY: never ship to production.
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import pytest
from token_issuer.errors import InvalidInputError
from token_issuer.timing.clock import Clock

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "offset", "fields"),
    [
        (NOW, timedelta(0), ("now", "offset")),
        (datetime(1969, 12, 31, tzinfo=UTC), None, ("now",)),
        (datetime(9999, 6, 1, tzinfo=UTC), None, ("now",)),
        (None, timedelta(days=-36500), ("offset",)),
        (None, timedelta.max, ("offset",)),
    ],
)
def test_invalid_time_is_rejected_and_leaves_the_clock(
    now: datetime | None, offset: timedelta | None, fields: tuple[str, ...]
) -> None:
    clock = Clock(lambda: NOW)
    with pytest.raises(InvalidInputError, match=f"^{fields[0]}") as caught:
        clock.turn(now=now, offset=offset)

    assert caught.value.fields == fields
    assert clock() == NOW


@pytest.mark.parametrize("now", [5, "2030-01-01T00:00:00Z", datetime(2030, 1, 1)])  # noqa: DTZ001  # the mistake
def test_time_without_a_time_zone_is_explained(now: Any) -> None:
    clock = Clock(lambda: NOW)
    with pytest.raises(
        InvalidInputError, match=r"^now: expected a datetime with a time zone; use "
    ):
        clock.turn(now=now)

    assert clock() == NOW


def test_frozen_time_of_another_zone_is_read_in_utc() -> None:
    clock = Clock(lambda: NOW)
    clock.turn(now=datetime(2030, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))), frozen=True)

    assert clock().isoformat() == "2030-01-01T00:00:00+00:00"


def test_clock_without_a_new_time_stops_at_its_time_and_resets() -> None:
    clock = Clock(lambda: NOW)
    clock.turn(offset=timedelta(hours=1))
    clock.turn(frozen=True)

    assert clock() == clock.setting.frozen_at == NOW + timedelta(hours=1)
    clock.reset()
    assert clock() == NOW
