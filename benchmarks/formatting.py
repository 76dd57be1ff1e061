"""Numbers with three significant digits, and Markdown tables."""

from collections.abc import Iterable, Sequence
from typing import Final

from benchmarks.evaluation import Evaluation
from benchmarks.figures import Comparison, Figure
from benchmarks.spread import Spread

TIMES: Final = "\u00d7"
"""The unit of ratios."""
NONE: Final = "-"
_UNITS: Final = {"1/s": "/s"}


def format_number(value: float) -> str:
    """Write three significant digits; numbers from 100 on are rounded to integers."""
    if abs(value) >= 100:  # noqa: PLR2004  # three digits
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"  # noqa: PLR2004  # three digits


def format_value(value: float, unit: str) -> str:
    """Write a value with its unit; ratios get a multiplication sign."""
    return f"{format_number(value)} {_UNITS.get(unit, unit)}".replace(" /s", "/s")


def format_spread(spread: Spread, unit: str) -> str:
    """Write a median and its quartiles."""
    if spread.count == 1:
        return format_value(spread.median, unit)
    quartiles = f"{format_number(spread.low)} to {format_number(spread.high)}"
    return f"{format_value(spread.median, unit)} ({quartiles})"


def find_headline_unit(figure: Figure) -> str:
    """Return the unit of the headline."""
    return TIMES if figure.comparison is Comparison.RATIO else figure.unit


def format_goal(figure: Figure) -> str:
    """Write the bound of a figure, or a dash."""
    if figure.goal is None:
        return NONE
    sign = "≥" if figure.goal.is_floor else "≤"
    return f"{sign} {figure.goal.bound:g} {find_headline_unit(figure)}"


def format_verdict(evaluation: Evaluation) -> str:
    """Write whether the goal is met, or a dash."""
    return {True: "met", False: "**missed**", None: NONE}[evaluation.is_met]


def format_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
