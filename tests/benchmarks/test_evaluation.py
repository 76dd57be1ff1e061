"""Evaluation of values: headline, verdict and page."""

from dataclasses import replace
from typing import Final

import pytest

from benchmarks.document import write_document
from benchmarks.errors import MeasurementError
from benchmarks.evaluation import LIMITS, evaluate
from benchmarks.figures import FIGURES, Comparison, Figure, Goal, at_least, at_most
from benchmarks.formatting import TIMES
from benchmarks.record import Record
from benchmarks.running import EXPERIMENTS

RATE: Final = Figure(
    name="rate",
    title="rate",
    explanation="How many.",
    experiment="minting",
    series="tokens",
    unit="1/s",
    yardsticks=("peer", "slow peer", "absent peer"),
    is_more_better=True,
    goal=at_least(1.2),
    has_peers=True,
)


def test_ratio_is_taken_against_the_best_yardstick_within_each_round() -> None:
    series = {"token-issuer": [10.0, 30.0], "peer": [20.0, 40.0], "slow peer": [1.0, 1.0]}

    evaluation = evaluate(RATE, series)

    assert evaluation.yardstick == "peer"
    assert evaluation.headline.median == pytest.approx((0.5 + 0.75) / 2)
    assert evaluation.is_met is False
    assert evaluation.better_peers == ["peer"]


def test_the_worst_of_our_subjects_is_used() -> None:
    figure = replace(
        RATE,
        ours=(),
        yardsticks=("base",),
        is_more_better=False,
        has_peers=False,
        goal=at_most(1.1),
    )

    evaluation = evaluate(figure, {"base": [1.0], "many keys": [1.05], "full log": [1.2]})

    assert evaluation.ours == "full log"
    assert evaluation.headline.median == pytest.approx(1.2)
    assert evaluation.is_met is False


@pytest.mark.parametrize("limit", LIMITS)
def test_physical_limit_is_no_better_peer(limit: str) -> None:
    figure = replace(RATE, yardsticks=(limit,), is_more_better=False, goal=at_most(1.4))

    evaluation = evaluate(figure, {"token-issuer": [3.0], "peer": [2.0], limit: [1.0]})

    assert evaluation.yardstick == limit
    assert evaluation.better_peers == ["peer"]


def test_difference_and_value_keep_their_unit() -> None:
    series = {"token-issuer": [25.0], "peer": [10.0]}

    added = evaluate(replace(RATE, comparison=Comparison.DIFFERENCE), series)
    bare = evaluate(replace(RATE, comparison=Comparison.VALUE, goal=None), series)

    assert (added.headline.median, added.yardstick) == (15, "peer")
    assert (bare.headline.median, bare.yardstick, bare.is_met) == (25, None, None)


@pytest.mark.parametrize("series", [{"peer": [1.0]}, {"token-issuer": [1.0]}, {}])
def test_subject_without_values_is_an_error(series: dict[str, list[float]]) -> None:
    with pytest.raises(MeasurementError, match="rate: no value"):
        evaluate(RATE, series)


@pytest.mark.parametrize(
    ("goal", "good", "bad"), [(at_most(1.4), 1.4, 1.41), (at_least(0.9), 0.9, 0.89)]
)
def test_goal_is_met_up_to_its_bound(goal: Goal, good: float, bad: float) -> None:
    assert goal.is_met(good)
    assert not goal.is_met(bad)


def test_each_figure_has_a_unique_name_and_an_experiment() -> None:
    names = [figure.name for figure in FIGURES]

    assert len(set(names)) == len(names)
    assert {figure.experiment for figure in FIGURES} == set(EXPERIMENTS)


RECORD: Final = Record(
    measured_on="2026-01-02",
    machine={"CPU": "a fast one", "cores": "2"},
    subjects={"token-issuer": "1.2", "express + jose": "3"},
    absent={"jwks-mock-api": "no go"},
    series={
        "minting": {
            "tokens": {
                "token-issuer": [1500.0, 1600.0],
                "token-issuer, all cores": [3000.0, 3100.0],
                "express + jose": [4000.0, 4100.0],
                "raw signature": [5000.0, 5200.0],
            },
            "cpu": {
                "token-issuer": [0.3, 0.3],
                "express + jose": [0.4, 0.4],
                "raw signature": [0.2, 0.25],
            },
        }
    },
    unavailable={"containers": "no Docker engine"},
)


def test_page_shows_ratios_and_lists_better_peers() -> None:
    page = write_document(RECORD, {"tokens-per-second": "benchmarks/tokens-per-second.svg"})

    row = next(line for line in page.splitlines() if "tokens a second over HTTP" in line)
    assert row.split(" | ")[1:] == [
        f"0.75 {TIMES} (0.75 to 0.76)", "express + jose", f"≥ 1.2 {TIMES}", "**missed** |"
    ]  # fmt: skip
    assert "| image on disk | not measured here: no Docker engine |" in page
    assert "best peer's: express + jose 4,050/s, token-issuer, all cores 3,050/s" in page
    assert "CPU of a raw RSA-2048 signature: express" not in page, "the issuer is better"
    assert "](benchmarks/tokens-per-second.svg)" in page
    assert "| jwks-mock-api | not measured here: no go |" in page
    assert "| RSA-2048 signatures, all cores | 5,100/s" in page
    assert "$" not in page


def test_record_is_unchanged_after_writing_and_reading() -> None:
    assert Record.from_json(RECORD.to_json()) == RECORD


def test_repeated_experiment_replaces_its_old_values() -> None:
    newer = replace(RECORD, series={"containers": {"disk": {"token-issuer": [24.0]}}})

    updated = RECORD.update(replace(newer, unavailable={}))

    assert updated.series == {**RECORD.series, **newer.series}
    assert updated.unavailable == {}


@pytest.mark.parametrize(
    ("newer", "what"),
    [
        (replace(RECORD, machine={"CPU": "a fast one", "cores": "4"}), r"machine \(cores\)"),
        (replace(RECORD, subjects={"token-issuer": "1.3"}), "other versions"),
    ],
)
def test_values_of_other_machines_or_versions_are_not_combined(newer: Record, what: str) -> None:
    with pytest.raises(MeasurementError, match=what):
        RECORD.update(newer)


def test_experiment_that_lacks_a_series_voids_the_run() -> None:
    series = {"minting": {"tokens": RECORD.series["minting"]["tokens"]}}

    with pytest.raises(MeasurementError, match=r"cpu-per-token: .* measured no cpu"):
        replace(RECORD, series=series).evaluate()
