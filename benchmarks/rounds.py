"""Rounds: all subjects are measured in each, in an order that is reversed every round."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

Series = dict[str, list[float]]
"""Values by subject, one per round."""
Measurement = Mapping[str, float]
"""Values by series, measured at the same time."""

_Subject = TypeVar("_Subject")


def alternate(
    subjects: Mapping[str, _Subject],
    rounds: int,
    measure: Callable[[_Subject], Measurement],
) -> dict[str, Series]:
    """Measure all subjects in each round, and return the values by series and subject."""
    series: dict[str, Series] = {}
    for name, subject in order_turns(subjects.items(), rounds):
        for kind, value in measure(subject).items():
            series.setdefault(kind, {}).setdefault(name, []).append(value)
    return series


def order_turns(subjects: Iterable[_Subject], rounds: int) -> list[_Subject]:
    """Return the subjects in the order of measurement.

    The order is reversed in every second round, so that no position is an advantage.
    """
    forwards = list(subjects)
    turns: list[_Subject] = []
    for number in range(rounds):
        turns += forwards if number % 2 == 0 else reversed(forwards)
    return turns
