"""Measure the issuer, the guard and the verifier, and write docs/benchmarks.md."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.capacity.fleet import FLEETS, count_fetches
from benchmarks.capacity.page import write_page
from benchmarks.capacity.plot import draw_fetches
from benchmarks.document import write_document
from benchmarks.errors import MeasurementError
from benchmarks.formatting import find_headline_unit, format_goal, format_spread, format_verdict
from benchmarks.plan import FULL, QUICK
from benchmarks.plots import draw_plots
from benchmarks.record import Record
from benchmarks.running import EXPERIMENTS, run
from benchmarks.subjects import ROOT

_DOCS: Final = ROOT / "docs"
_RAW: Final = _DOCS / "benchmarks.json"


def main() -> int:
    """Run the measurements and print the results; after a full run, write the documents.

    Returns:
        0, or 1 if the run is void or a full run misses a goal.
    """
    arguments = _parse_arguments()
    try:
        if arguments.render:
            write_all(Record.from_json(_RAW.read_text(encoding="utf-8")))
            return 0
        record = run(arguments.experiments or list(EXPERIMENTS), QUICK if arguments.quick else FULL)
        print_record(record)
        if arguments.update:
            record = Record.from_json(_RAW.read_text(encoding="utf-8")).update(record)
        elif arguments.quick or arguments.experiments:
            with tempfile.TemporaryDirectory() as folder:
                write_docs(record, Path(folder))
            return 0
        write_all(record)
    except MeasurementError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return int(any(evaluation.is_met is False for evaluation in record.evaluate()))


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ci/bench.sh", description=__doc__)
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--quick", action="store_true", help="check that it works; write nothing")
    modes.add_argument(
        "--render", action="store_true", help="write the documents again from the raw values"
    )
    modes.add_argument(
        "--update", action="store_true", help="replace only the named experiments in the documents"
    )
    parser.add_argument("experiments", nargs="*", metavar="EXPERIMENT", help=", ".join(EXPERIMENTS))
    arguments = parser.parse_args()
    if unknown := set(arguments.experiments) - set(EXPERIMENTS):
        names = ", ".join(EXPERIMENTS)
        parser.error(f"EXPERIMENT: unknown {', '.join(sorted(unknown))}; expected one of {names}")
    return arguments


def print_record(record: Record) -> None:
    """Print each figure with the values of its subjects."""
    for evaluation in record.evaluate():
        figure = evaluation.figure
        headline = format_spread(evaluation.headline, find_headline_unit(figure))
        goal = f", goal {format_goal(figure)} {format_verdict(evaluation)}" if figure.goal else ""
        print(f"{figure.title}: {headline}{goal}")
        for name, spread in evaluation.values.items():
            print(f"    {name:32} {format_spread(spread, figure.unit)}")
    for figure, reason in record.list_missing().items():
        print(f"{figure.title}: not measured here: {reason}")
    for name, reason in record.absent.items():
        print(f"{name}: not measured here: {reason}")


def write_all(record: Record) -> None:
    """Write the raw values, the page and the plots."""
    _DOCS.mkdir(exist_ok=True)
    _RAW.write_text(record.to_json(), encoding="utf-8")
    write_docs(record, _DOCS)


def write_docs(record: Record, folder: Path) -> None:
    """Write the pages and the plots into *folder*."""
    plots = folder / "benchmarks"
    names = draw_plots(record.evaluate(), plots)
    paths = {name: f"{plots.name}/{name}.svg" for name in names}
    (folder / "benchmarks.md").write_text(write_document(record, paths), encoding="utf-8")
    fetches = {fleet: count_fetches(fleet) for fleet in FLEETS}
    plot = plots / "key-set-fetches.svg"
    draw_fetches(fetches, plot)
    page = write_page(record, fetches, f"{plots.name}/{plot.name}")
    (folder / "capacity.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
