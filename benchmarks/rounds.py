"""Taking turns: all subjects in each round, in an order that turns around from round to round."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

Series = dict[str, list[float]]
"""Values by subject, one for each round."""
Measurement = Mapping[str, float]
"""Values by series, taken at the same time."""

_Subject = TypeVar("_Subject")


def alternate(
    subjects: Mapping[str, _Subject],
    rounds: int,
    measure: Callable[[_Subject], Measurement],
) -> dict[str, Series]:
    """Measure all subjects in each of *rounds* and sort the values by series and subject."""
    series: dict[str, Series] = {}
    for name, subject in order_turns(subjects.items(), rounds):
        for kind, value in measure(subject).items():
            series.setdefault(kind, {}).setdefault(name, []).append(value)
    return series


def order_turns(subjects: Iterable[_Subject], rounds: int) -> list[_Subject]:
    """Return who is measured when: forwards, backwards, forwards, so that no place is better."""
    forwards = list(subjects)
    turns: list[_Subject] = []
    for number in range(rounds):
        turns += forwards if number % 2 == 0 else reversed(forwards)
    return turns
