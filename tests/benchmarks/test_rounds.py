"""Order of measurement, and medians."""

import pytest

from benchmarks.rounds import alternate, order_turns
from benchmarks.spread import Spread, compare_rounds, summarize


def test_each_round_measures_all_subjects_in_reversed_order() -> None:
    assert order_turns(["a", "b", "c"], 3) == ["a", "b", "c", "c", "b", "a", "a", "b", "c"]


def test_values_are_sorted_by_series_and_subject_in_the_order_of_the_rounds() -> None:
    clock = iter(range(10))

    series = alternate({"a": 1, "b": 2}, 2, lambda scale: {"time": next(clock), "scale": scale})

    assert series == {"time": {"a": [0, 3], "b": [1, 2]}, "scale": {"a": [1, 1], "b": [2, 2]}}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5.0], Spread(5, 5, 5, 1)),
        ([3.0, 1.0, 2.0], Spread(2, 1, 3, 3)),
        ([1.0, 2.0, 3.0, 4.0, 100.0], Spread(3, 2, 4, 5)),
    ],
)
def test_spread_is_the_median_with_quartiles_or_extremes(
    values: list[float], expected: Spread
) -> None:
    assert summarize(values) == expected


def test_a_slow_round_does_not_change_the_ratio() -> None:
    ratios = compare_rounds([10, 20, 10], [5, 10, 5], lambda ours, theirs: ours / theirs)

    assert ratios == [2, 2, 2]


def test_rounds_that_do_not_match_are_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        compare_rounds([1, 2], [1], lambda ours, theirs: ours / theirs)
