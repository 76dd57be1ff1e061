"""From the values of the rounds to a headline, and whether it is good enough."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from benchmarks.errors import MeasurementError
from benchmarks.experiments.minting import SIGNATURE
from benchmarks.figures import Comparison, Figure
from benchmarks.rounds import Series
from benchmarks.spread import Spread, compare_rounds, summarize
from benchmarks.subjects import OUR_ISSUERS

_OPERATORS: Final[dict[Comparison, Callable[[float, float], float]]] = {
    Comparison.RATIO: operator.truediv,
    Comparison.DIFFERENCE: operator.sub,
}


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A figure that was measured.

    Attributes:
        figure: Which.
        ours: The subject of ours that counts.
        yardstick: What it is compared with; None for a bare value.
        headline: The comparison, of each round with itself.
        values: The values of each subject.
    """

    figure: Figure
    ours: str
    yardstick: str | None
    headline: Spread
    values: Mapping[str, Spread]

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        return None if self.figure.goal is None else self.figure.goal.is_met(self.headline.median)

    @property
    def better_peers(self) -> list[str]:
        """The peers that do better than we, best first."""
        if not self.figure.has_peers:
            return []
        ours_or_limit = (*OUR_ISSUERS, SIGNATURE)
        sign = -1 if self.figure.is_more_better else 1
        ours = sign * self.values[self.ours].median
        ranked = sorted((sign * spread.median, name) for name, spread in self.values.items())
        return [name for value, name in ranked if value < ours and name not in ours_or_limit]


def evaluate(figure: Figure, series: Series) -> Evaluation:
    """Compare the values of *series* as *figure* asks.

    Raises:
        MeasurementError: a subject that the figure needs has no value.
    """
    values = {name: summarize(rounds) for name, rounds in series.items() if rounds}
    medians = {name: spread.median for name, spread in values.items()}
    best, worst = (max, min) if figure.is_more_better else (min, max)
    ours = worst(_select(figure, medians, figure.ours, figure.yardsticks), key=medians.__getitem__)
    if figure.comparison is Comparison.VALUE:
        return Evaluation(
            figure=figure, ours=ours, yardstick=None, headline=values[ours], values=values
        )
    yardstick = best(_select(figure, medians, figure.yardsticks, (ours,)), key=medians.__getitem__)
    rounds = compare_rounds(series[ours], series[yardstick], _OPERATORS[figure.comparison])
    return Evaluation(
        figure=figure, ours=ours, yardstick=yardstick, headline=summarize(rounds), values=values
    )


def _select(
    figure: Figure, medians: Mapping[str, float], wanted: tuple[str, ...], others: tuple[str, ...]
) -> list[str]:
    """Return those of *wanted* that have values; where nothing is named, all but *others*."""
    names = [name for name in wanted or medians if name in medians and name not in others]
    if not names:
        message = f"{figure.name}: no value of {', '.join(wanted) or 'any other subject'}"
        raise MeasurementError(message)
    return names
