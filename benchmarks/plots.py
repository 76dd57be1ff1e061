"""SVG plots in colours that are legible on white and on black."""

from pathlib import Path
from typing import Final

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from benchmarks.evaluation import LIMITS, Evaluation
from benchmarks.formatting import format_value

_INK: Final = "#74797f"  # contrast above 4 on both
OURS: Final = "#2f81f7"
_THEIRS: Final = "#8c959f"
WIDTH_INCHES: Final = 7.5
STYLE: Final = Path(__file__).with_name("plots.mplstyle")


def draw_plots(evaluations: list[Evaluation], folder: Path) -> list[str]:
    """Draw a plot of each figure with several subjects, and return the names of the plots."""
    folder.mkdir(parents=True, exist_ok=True)
    compared = [evaluation for evaluation in evaluations if len(evaluation.values) > 1]
    for evaluation in compared:
        with style.context(STYLE):
            _draw(evaluation, folder / f"{evaluation.figure.name}.svg")
    return [evaluation.figure.name for evaluation in compared]


def _draw(evaluation: Evaluation, path: Path) -> None:
    figure = evaluation.figure
    bars = {name: spread for name, spread in evaluation.values.items() if name not in LIMITS}
    names = sorted(bars, key=lambda name: bars[name].median, reverse=not figure.is_more_better)
    canvas = Canvas(figsize=(WIDTH_INCHES, 0.9 + 0.42 * len(names)), layout="constrained")
    axes = canvas.subplots()
    medians = [bars[name].median for name in names]
    axes.barh(
        names,
        medians,
        height=0.6,
        color=[OURS if name == evaluation.ours else _THEIRS for name in names],
        xerr=[
            [median - bars[name].low for name, median in zip(names, medians, strict=True)],
            [bars[name].high - median for name, median in zip(names, medians, strict=True)],
        ],
        ecolor=_INK,
        capsize=3,
    )
    for place, median in enumerate(medians):
        label = f"  {format_value(median, figure.unit)}"
        axes.annotate(label, (bars[names[place]].high, place), va="center")
    _draw_limit(axes, evaluation)
    _label(axes, evaluation)
    canvas.savefig(path, format="svg", transparent=True, metadata={"Date": None})


def _draw_limit(axes: Axes, evaluation: Evaluation) -> None:
    for name in filter(evaluation.values.__contains__, LIMITS):
        limit = evaluation.values[name]
        axes.axvline(limit.median, color=_INK, linestyle="--", linewidth=1)
        text = f"{name}: {format_value(limit.median, evaluation.figure.unit)} "
        side = "right" if evaluation.figure.is_more_better else "left"
        axes.annotate(text, (limit.median, 1.01), xycoords=("data", "axes fraction"), ha=side)


def _label(axes: Axes, evaluation: Evaluation) -> None:
    figure = evaluation.figure
    better = "more" if figure.is_more_better else "less"
    axes.set_xlabel(f"{figure.unit}, {better} is better")
    axes.set_xlim(left=min(0, axes.get_xlim()[0]), right=axes.get_xlim()[1] * 1.12)
