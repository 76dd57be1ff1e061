"""The command that measures programs of other projects and publishes the results."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.machine import MissingError
from tests.verifiers.measuring import ProbeError, Record
from tests.verifiers.running import StartError

MeasureAll = Callable[[Iterable[str]], AbstractContextManager[dict[str, Future[Record]]]]


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What is measured, and where it is published.

    Attributes:
        command: The command, for messages.
        section: The member of the results that has a record for each program.
        names: The names of the programs, in their order.
        measure_all: Measures programs.
        render_page: Renders the page from the results.
        results: The file of the results.
        page: The file of the page.
    """

    command: str
    section: str
    names: Iterable[str]
    measure_all: MeasureAll
    render_page: Callable[[Record], str]
    results: Path
    page: Path

    def read(self) -> Record:
        """Return the published results; without records if none are published yet."""
        if not self.results.exists():
            return {self.section: {}}
        results: Record = json.loads(self.results.read_text(encoding="utf-8"))
        return results

    def write(self, results: Record) -> None:
        """Write the results as JSON, and the page."""
        text = json.dumps(results, indent=0, separators=(",", ":"))
        self.results.write_text(f"{text}\n", encoding="utf-8")
        self.page.write_text(self.render_page(results), encoding="utf-8")

    def run(self, description: str | None, **members: Record) -> int:
        """Measure the programs that the command line names, and publish the results.

        Args:
            description: The help text of the command.
            members: More members of the results.

        Returns:
            The exit status: 1 if a program could not be measured.
        """
        parser = argparse.ArgumentParser(prog=f"{self.command} --write", description=description)
        parser.add_argument(
            "names", metavar="NAME", nargs="*", choices=[*self.names, []],
            help=", ".join(self.names),
        )  # fmt: skip
        results = self.read() | members
        name = ""
        try:
            with self.measure_all(parser.parse_args().names or self.names) as measured:
                for name, future in measured.items():
                    record = future.result()
                    results[self.section][name] = record
                    print(f"{name}: {describe(record)}", file=sys.stderr)
        except (MissingError, StartError, ProbeError, subprocess.TimeoutExpired) as error:
            print(f"{self.command}: {name or 'installing'}: {error}", file=sys.stderr)
            return 1
        known = results[self.section]
        results[self.section] = {name: known[name] for name in self.names if name in known}
        self.write(results)
        return 0


def describe(record: Record) -> str:
    """Return the verdict of each part of a probe."""
    return "; ".join(f"{part}: {probe['verdict']}" for part, probe in record["probes"].items())
