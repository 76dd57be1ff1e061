"""The plot of the simulated key set fetches."""

from pathlib import Path
from typing import Final

from matplotlib import style
from matplotlib.figure import Figure as Canvas

from benchmarks.capacity.fleet import END_S, START_S, Fleet
from benchmarks.plots import OURS, STYLE, WIDTH_INCHES

_PANEL_INCHES: Final = 1.25
_STEP_S: Final = 10


def draw_fetches(fetches: dict[Fleet, list[int]], path: Path) -> None:
    """Draw a panel for each fleet, with the most fetches in one second of each step."""
    edges = [second / 60 for second in range(START_S, END_S + 1, _STEP_S)]
    with style.context(STYLE):
        canvas = Canvas(figsize=(WIDTH_INCHES, _PANEL_INCHES * len(fetches)), layout="constrained")
        panels = canvas.subplots(len(fetches), sharex=True, sharey=True)
        for axes, (fleet, counts) in zip(panels, fetches.items(), strict=True):
            starts = range(0, len(counts), _STEP_S)
            peaks = [max(counts[start : start + _STEP_S]) for start in starts]
            axes.stairs(peaks, edges, fill=True, color=OURS)
            axes.set_yscale("symlog", linthresh=10)
            axes.set_title(fleet.title, loc="left", fontsize="medium")
        panels[-1].set_xlabel("minutes since the rotation was requested")
        canvas.supylabel("fetches per second")
        canvas.savefig(path, format="svg", transparent=True, metadata={"Date": None})
