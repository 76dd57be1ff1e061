"""`docs/benchmarks.md`, rendered from a record."""

from pathlib import Path
from string import Template
from typing import Final

from benchmarks.evaluation import Evaluation
from benchmarks.experiments.minting import SIGNATURE
from benchmarks.figures import FIGURES
from benchmarks.formatting import (
    NONE,
    TIMES,
    find_headline_unit,
    format_goal,
    format_spread,
    format_table,
    format_value,
    format_verdict,
)
from benchmarks.record import Record

_TEMPLATE: Final = Path(__file__).with_name("page.md.template")


def write_document(record: Record, plots: dict[str, str]) -> str:
    """Render the page.

    Args:
        record: The run.
        plots: The path of the plot, relative to the page, by the name of the figure.
    """
    evaluations = record.evaluate()
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        summary=_write_summary(record, evaluations),
        better_peers=_write_better_peers(evaluations),
        figures="\n\n".join(_write_figure(evaluation, plots) for evaluation in evaluations),
        machine=_write_machine(record, evaluations),
    )


def _write_summary(record: Record, evaluations: list[Evaluation]) -> str:
    measured = {evaluation.figure: evaluation for evaluation in evaluations}
    missing = record.list_missing()
    rows = []
    for figure in FIGURES:
        if figure in measured:
            headline = format_spread(measured[figure].headline, find_headline_unit(figure))
            yardstick = measured[figure].yardstick or NONE
            verdict = format_verdict(measured[figure])
            rows.append([figure.title, headline, yardstick, format_goal(figure), verdict])
        elif figure in missing:
            reason = f"not measured here: {missing[figure]}"
            rows.append([figure.title, reason, NONE, format_goal(figure), NONE])
    return format_table(["figure", "", "against", "goal", ""], rows)


def _write_better_peers(evaluations: list[Evaluation]) -> str:
    lines = []
    for evaluation in evaluations:
        names = [*evaluation.better_peers, evaluation.ours]
        unit = evaluation.figure.unit
        shown = [f"{name} {format_value(evaluation.values[name].median, unit)}" for name in names]
        if evaluation.better_peers:
            lines.append(f"- {evaluation.figure.title}: {', '.join(shown)}")
    return "\n".join(lines) or "In no figure."


def _write_figure(evaluation: Evaluation, plots: dict[str, str]) -> str:
    figure, values = evaluation.figure, evaluation.values
    reference = values[evaluation.ours].median
    rows = [
        [
            f"**{name}**" if name == evaluation.ours else name,
            format_spread(spread, figure.unit),
            format_value(spread.median / reference, TIMES) if reference > 0 else NONE,
        ]
        for name, spread in sorted(
            values.items(), key=lambda item: item[1].median, reverse=figure.is_more_better
        )
    ]
    title = figure.title[0].upper() + figure.title[1:]
    plot = f"![{figure.title}]({plots[figure.name]})\n\n" if figure.name in plots else ""
    table = format_table(["", f"median of {evaluation.headline.count}", "÷ ours"], rows)
    return f"### {title}\n\n{figure.explanation}\n\n{plot}{table}"


def _write_machine(record: Record, evaluations: list[Evaluation]) -> str:
    rows = [["measured on", record.measured_on], *([*pair] for pair in record.machine.items())]
    limits = {
        evaluation.figure.name: evaluation.values[SIGNATURE]
        for evaluation in evaluations
        if SIGNATURE in evaluation.values
    }
    if "cpu-per-token" in limits:
        rate = format_value(1000 / limits["cpu-per-token"].median, "1/s")
        rows.append(["RSA-2048 signatures, one core", f"{rate} (`openssl speed rsa2048`)"])
    if "tokens-per-second" in limits:
        rate = format_value(limits["tokens-per-second"].median, "1/s")
        rows.append(["RSA-2048 signatures, all cores", f"{rate} (`-elapsed -multi`)"])
    rows += [[name, version] for name, version in record.subjects.items()]
    rows += [[name, f"not measured here: {reason}"] for name, reason in record.absent.items()]
    return format_table(["", ""], rows)
