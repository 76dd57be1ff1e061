# DEV-ONLY: never ship to production.
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from benchmarks.capacity.fleet import GRACEFUL, MAX_AGE_S
from benchmarks.capacity.fleet import compute_max_age as simulate_max_age
from hypothesis import given, settings
from hypothesis import strategies as st
from token_issuer.web.caching import build_cache_headers, compute_max_age, matches_etag

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOURS_6: Final = timedelta(hours=6)


@pytest.mark.requirement("GO-3")
@pytest.mark.parametrize(
    ("left_s", "window_s", "expected"),
    [
        (None, 300, 300),
        (None, 0, 0),
        (0, 300, 0),
        (-5, 300, 0),
        (0.9, 300, 0),
        (299.9, 300, 299),
        (300, 300, 300),
        (301, 300, 1),
        (100, 0, 0),
        (8 * 86400, 21600, 21600),
        (8 * 86400 - 445, 21600, 21155),
    ],
)
def test_age_counts_down_to_the_change(
    left_s: float | None, window_s: float, expected: int
) -> None:
    change = None if left_s is None else NOW + timedelta(seconds=left_s)

    assert compute_max_age(NOW, change, timedelta(seconds=window_s)) == expected


@pytest.mark.requirement("GO-3")
@settings(deadline=None)  # a busy machine may take any time
@given(left_s=st.floats(0, 1e7), window_s=st.integers(1, 86400))
def test_no_cache_keeps_a_document_beyond_its_change(left_s: float, window_s: int) -> None:
    change = NOW + timedelta(seconds=left_s)
    max_age_s = compute_max_age(NOW, change, timedelta(seconds=window_s))

    assert 0 <= max_age_s <= window_s
    assert NOW + timedelta(seconds=max_age_s) <= change


@pytest.mark.requirement("OPS-8")
@given(time_s=st.floats(0, 1501, exclude_max=True))
def test_simulated_verifiers_are_told_the_same(time_s: float) -> None:
    now, removed = NOW + timedelta(seconds=time_s), NOW + timedelta(seconds=GRACEFUL.removed_s)

    expected = compute_max_age(now, removed, timedelta(seconds=MAX_AGE_S))

    assert abs(simulate_max_age(time_s, GRACEFUL) - expected) <= 1  # microseconds are rounded


@pytest.mark.requirement("GO-3")
def test_headers_are_written_as_google_writes_them() -> None:
    assert build_cache_headers(NOW, 21155, '"x"') == {
        "Cache-Control": "public, max-age=21155, must-revalidate, no-transform",
        "Expires": "Sun, 01 Mar 2026 17:52:35 GMT",
        "Age": "0",
        "ETag": '"x"',
        "Vary": "Origin,X-Origin,Referer,Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }


@pytest.mark.requirement("GO-3")
def test_last_date_of_all_is_no_error() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

    assert build_cache_headers(last, 300, '"x"')["Expires"] == "Fri, 31 Dec 9999 23:59:59 GMT"


@pytest.mark.requirement("GO-3")
@pytest.mark.parametrize(
    ("header", "is_match"),
    [("", False), ('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ("a", False)],
)
def test_entity_tags_are_compared(header: str, *, is_match: bool) -> None:
    assert matches_etag(header, '"a"') is is_match
