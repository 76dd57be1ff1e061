"""The time from the start of a process to its first key set."""

from typing import Final

from benchmarks.lab import Lab
from benchmarks.peers.node import EXPRESS_JOSE
from benchmarks.rounds import Measurement, Series, alternate
from benchmarks.subjects import Subject

SINGLE_EXPRESS_JOSE: Final = f"{EXPRESS_JOSE}, one process"
"""It starts fastest without workers."""


def measure(lab: Lab) -> dict[str, Series]:
    """Start each subject in turn.

    Returns:
        `start`: milliseconds to the first key set.
    """
    subjects = dict(lab.subjects)
    if EXPRESS_JOSE in subjects:
        single = subjects[EXPRESS_JOSE].configure(SINGLE_EXPRESS_JOSE, WORKERS="1")
        subjects[single.name] = single
    for subject in subjects.values():  # writes the bytecode and fills the disk cache
        take_turn(subject)
    return alternate(subjects, lab.plan.starts, take_turn)


def take_turn(subject: Subject) -> Measurement:
    """Start *subject* once."""
    with subject.run() as server:
        return {"start": server.start_s * 1000}
