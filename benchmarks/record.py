"""The record of a run: the raw values of all rounds, the machine and the versions."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmarks.errors import MeasurementError
from benchmarks.evaluation import Evaluation, evaluate
from benchmarks.figures import FIGURES, Figure
from benchmarks.rounds import Series


@dataclass(frozen=True, kw_only=True)
class Record:
    """A run.

    Attributes:
        measured_on: The date of the run.
        machine: Properties of the machine.
        subjects: Versions of the subjects by name.
        absent: Peers that this machine cannot run, with the reasons.
        series: Values by experiment and series.
        unavailable: Experiments that this machine cannot run, with the reasons.
    """

    measured_on: str
    machine: Mapping[str, str]
    subjects: Mapping[str, str]
    absent: Mapping[str, str]
    series: Mapping[str, Mapping[str, Series]]
    unavailable: Mapping[str, str]

    def evaluate(self) -> list[Evaluation]:
        """Evaluate all figures whose experiments were run.

        Raises:
            MeasurementError: an experiment was run, but one of its figures is missing.
        """
        return [
            evaluate(figure, self._find_series(figure))
            for figure in FIGURES
            if figure.experiment in self.series
        ]

    def list_missing(self) -> dict[Figure, str]:
        """Return the figures that this machine could not measure, with the reasons."""
        return {
            figure: self.unavailable[figure.experiment]
            for figure in FIGURES
            if figure.experiment in self.unavailable
        }

    def update(self, newer: "Record") -> "Record":
        """Return this run with its experiments replaced by those of *newer*.

        Raises:
            MeasurementError: the machines or the versions differ.
        """
        for name in ("CPU", "cores", "system", "Python"):
            if self.machine.get(name) != newer.machine.get(name):
                message = f"the last full run had another machine ({name}); repeat it: ci/bench.sh"
                raise MeasurementError(message)
        if self.subjects != newer.subjects:
            message = "the last full run had other versions; repeat it: ci/bench.sh"
            raise MeasurementError(message)
        series = {**self.series, **newer.series}
        unavailable = {**self.unavailable, **newer.unavailable}
        return replace(
            self,
            series=series,
            unavailable={name: why for name, why in unavailable.items() if name not in series},
        )

    def to_json(self) -> str:
        """Return the run as JSON, including the evaluated figures."""
        figures = {
            evaluation.figure.name: {
                "title": evaluation.figure.title,
                "comparison": evaluation.figure.comparison,
                "headline": asdict(evaluation.headline),
                "goal": evaluation.figure.goal and asdict(evaluation.figure.goal),
                "met": evaluation.is_met,
                "ours": evaluation.ours,
                "yardstick": evaluation.yardstick,
                "unit": evaluation.figure.unit,
                "values": {name: asdict(spread) for name, spread in evaluation.values.items()},
            }
            for evaluation in self.evaluate()
        }
        return json.dumps({**asdict(self), "figures": figures}, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Record":
        """Return the run from the text that `to_json` returned."""
        document: dict[str, Any] = json.loads(text)
        del document["figures"]
        return cls(**document)

    def _find_series(self, figure: Figure) -> Series:
        try:
            return self.series[figure.experiment][figure.series]
        except KeyError as error:
            message = (
                f"{figure.name}: the experiment {figure.experiment} measured no {figure.series}"
            )
            raise MeasurementError(message) from error
