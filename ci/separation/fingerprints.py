"""Fingerprints of the simulator's docstrings, messages and comments, to detect renamed copies.

These texts survive renaming and reformatting, and bytecode contains docstrings and messages. So do
those of the console's page, style sheet and scripts. Other code is not used, because many projects
have the same import lines, HTML heads and style sheets.
"""

from functools import cache
from typing import Final

from separation import knowledge
from separation.runs import Run, list_runs

_MIN_KNOWN_RUNS: Final = 3
"""Matches that make a finding; fewer may be a coincidence."""


def count_known_runs(data: bytes) -> int:
    """Return how many word runs of *data* occur in the simulator; 0 if below the minimum."""
    found = len(_fingerprint().intersection(list_runs(data)))
    return found if found >= _MIN_KNOWN_RUNS else 0


@cache
def _fingerprint() -> frozenset[Run]:
    return frozenset(run for text in knowledge.read("prose") for run in list_runs(text.encode()))
