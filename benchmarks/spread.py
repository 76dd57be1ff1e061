"""Medians with their spread, and comparisons of values that were taken in the same rounds."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Values of several rounds in short.

    Attributes:
        median: The value to quote.
        low: The lower quartile.
        high: The upper quartile.
        count: Of how many rounds.
    """

    median: float
    low: float
    high: float
    count: int


def summarize(values: Sequence[float]) -> Spread:
    """Return median and quartiles; those of fewer than four values are the extremes."""
    if len(values) < 4:  # noqa: PLR2004  # fewer have no quartiles
        low, high = min(values), max(values)
    else:
        low, _, high = statistics.quantiles(values, method="inclusive")
    return Spread(statistics.median(values), low, high, len(values))


def compare_rounds(
    ours: Sequence[float], theirs: Sequence[float], compare: Callable[[float, float], float]
) -> list[float]:
    """Compare round by round: what slows a whole round down cancels out."""
    return [compare(*pair) for pair in zip(ours, theirs, strict=True)]
