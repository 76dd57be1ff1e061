"""A run: installs the peers, runs the experiments, and returns the record."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from benchmarks.errors import NotMeasuredHereError
from benchmarks.experiments import (
    batch,
    console,
    containers,
    growth,
    guard,
    key_sets,
    latency,
    logins,
    memory,
    minting,
    start,
    verification,
)
from benchmarks.lab import Lab
from benchmarks.load import find_load_generator
from benchmarks.machine import describe_machine
from benchmarks.peers import find_peers
from benchmarks.plan import Plan
from benchmarks.record import Record
from benchmarks.rounds import Series
from benchmarks.subjects import ISSUER_COMMAND, ROOT, describe_issuer

EXPERIMENTS: Final[dict[str, Callable[[Lab], dict[str, Series]]]] = {
    "minting": minting.measure,
    "batch": batch.measure,
    "key_sets": key_sets.measure,
    "start": start.measure,
    "memory": memory.measure,
    "latency": latency.measure,
    "growth": growth.measure,
    "logins": logins.measure,
    "verification": verification.measure,
    "guard": guard.measure,
    "console": console.measure,
    "containers": containers.measure,
}
_CACHE: Final = ROOT / ".cache/benchmarks"


def run(names: Iterable[str], plan: Plan) -> Record:
    """Run the experiments with these names.

    Raises:
        MeasurementError: an experiment failed.
    """
    machine = describe_machine()
    _CACHE.mkdir(parents=True, exist_ok=True)
    peers, absent = find_peers(_CACHE)
    version = subprocess.check_output([ISSUER_COMMAND, "--version"], text=True).split()[-1]
    subjects = {subject.name: subject for subject in (describe_issuer(version), *peers)}
    lab = Lab(plan=plan, subjects=subjects, load=find_load_generator(_CACHE))
    series: dict[str, dict[str, Series]] = {}
    unavailable: dict[str, str] = {}
    for name in names:
        started = time.monotonic()
        try:
            series[name] = EXPERIMENTS[name](lab)
        except NotMeasuredHereError as error:
            unavailable[name] = str(error)
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return Record(
        measured_on=datetime.now(UTC).date().isoformat(),
        machine={**machine, "load generator": lab.load.read_version()},
        subjects={subject.name: subject.version for subject in subjects.values()},
        absent=absent,
        series=series,
        unavailable=unavailable,
    )
