"""Medians with quartiles, and comparisons within rounds."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of several rounds.

    Attributes:
        median: The median.
        low: The lower quartile.
        high: The upper quartile.
        count: Number of rounds.
    """

    median: float
    low: float
    high: float
    count: int


def summarize(values: Sequence[float]) -> Spread:
    """Return median and quartiles; for fewer than four values, minimum and maximum instead."""
    if len(values) < 4:  # noqa: PLR2004  # too few for quartiles
        low, high = min(values), max(values)
    else:
        low, _, high = statistics.quantiles(values, method="inclusive")
    return Spread(statistics.median(values), low, high, len(values))


def compare_rounds(
    ours: Sequence[float], theirs: Sequence[float], compare: Callable[[float, float], float]
) -> list[float]:
    """Compare the values of each round, so that a slowdown of a whole round cancels out."""
    return [compare(*pair) for pair in zip(ours, theirs, strict=True)]
