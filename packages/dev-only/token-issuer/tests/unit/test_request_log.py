# DEV-ONLY: never ship to production.
from datetime import UTC, datetime
from typing import Final

import pytest
from token_issuer.request_log import RequestLog

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)


def record(log: RequestLog, path: str) -> None:
    log.record(at=NOW, method="GET", path=path, status=200, user_agent="x" * 10_000)


@pytest.mark.requirement("GO-4")
def test_memory_is_bounded_and_counts_go_on() -> None:
    log = RequestLog(10)
    for number in range(1000):
        record(log, f"/{number}" + "y" * 10_000)
    for _ in range(50):
        record(log, "/certs")

    assert len(log.list()) == 10
    assert len(log.counts) <= 201
    assert log.count() == 1050
    assert max(len(request.user_agent) for request in log.list()) == 200
    assert log.list()[-1].number == 1050


@pytest.mark.requirement("GO-4")
def test_nothing_is_kept_with_a_capacity_of_zero() -> None:
    log = RequestLog(0)
    record(log, "/certs")

    assert log.list() == []
    assert log.count("/certs") == 1
    assert log.count("/token") == 0
