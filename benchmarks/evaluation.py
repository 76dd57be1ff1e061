"""Evaluation of figures: the headline, and whether it meets the goal."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from benchmarks.errors import MeasurementError
from benchmarks.experiments.logins import TWO_SIGNATURES
from benchmarks.experiments.minting import SIGNATURE
from benchmarks.figures import Comparison, Figure
from benchmarks.rounds import Series
from benchmarks.spread import Spread, compare_rounds, summarize
from benchmarks.subjects import OUR_ISSUERS

LIMITS: Final = (SIGNATURE, TWO_SIGNATURES)
"""Physical limits, as subjects beside the servers."""
_OPERATORS: Final[dict[Comparison, Callable[[float, float], float]]] = {
    Comparison.RATIO: operator.truediv,
    Comparison.DIFFERENCE: operator.sub,
}


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A measured figure.

    Attributes:
        figure: The figure.
        ours: The worst of our subjects.
        yardstick: The subject that it is compared with; None for a value without comparison.
        headline: The comparison, computed within each round.
        values: The values of each subject.
    """

    figure: Figure
    ours: str
    yardstick: str | None
    headline: Spread
    values: Mapping[str, Spread]

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met; None if the figure has no goal."""
        return None if self.figure.goal is None else self.figure.goal.is_met(self.headline.median)

    @property
    def better_peers(self) -> list[str]:
        """The peers with better values than ours, the best first."""
        if not self.figure.has_peers:
            return []
        ours_or_limit = (*OUR_ISSUERS, *LIMITS)
        sign = -1 if self.figure.is_more_better else 1
        ours = sign * self.values[self.ours].median
        ranked = sorted((sign * spread.median, name) for name, spread in self.values.items())
        return [name for value, name in ranked if value < ours and name not in ours_or_limit]


def evaluate(figure: Figure, series: Series) -> Evaluation:
    """Compare the values of *series* as *figure* defines.

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
    """Return the subjects of *wanted* with values; if it is empty, all except *others*."""
    names = [name for name in wanted or medians if name in medians and name not in others]
    if not names:
        message = f"{figure.name}: no value of {', '.join(wanted) or 'any other subject'}"
        raise MeasurementError(message)
    return names
