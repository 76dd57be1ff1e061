# DEV-ONLY: never ship to production.
from datetime import UTC, datetime, timedelta
from typing import Final

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


def test_clock_without_a_new_time_stops_at_its_time_and_resets() -> None:
    clock = Clock(lambda: NOW)
    clock.turn(offset=timedelta(hours=1))
    clock.turn(frozen=True)

    assert clock() == clock.setting.frozen_at == NOW + timedelta(hours=1)
    clock.reset()
    assert clock() == NOW
