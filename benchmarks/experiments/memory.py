"""Resident memory when idle, and after many tokens."""

from typing import Final

from benchmarks.answers import check_answers
from benchmarks.lab import Lab
from benchmarks.rounds import Measurement, Series, alternate
from benchmarks.subjects import ISSUER, Subject

_ROUNDS: Final = 3  # each round takes as long as minting all tokens
_MAX_LOAD_S: Final = 60  # a slow peer is measured after this time, with fewer tokens


def measure(lab: Lab) -> dict[str, Series]:
    """Start each subject in turn, and measure its memory before and after many tokens.

    Returns:
        `idle`: megabytes after the first key set and the first token; `minted`: megabytes after
        many tokens; `growth`: the difference.
    """

    def take_turn(subject: Subject) -> Measurement:
        with subject.run() as server:
            check_answers(subject, server)
            server.wait_until_idle()
            idle_mb = server.read_memory_mb()
            if subject.token is None:
                return {"idle": idle_mb}
            minted = loaded_s = 0
            while minted < lab.plan.tokens and (subject.name == ISSUER or loaded_s < _MAX_LOAD_S):
                minted += lab.load.run(server.url, subject.token, lab.plan.seconds).count
                loaded_s += lab.plan.seconds
            server.wait_until_idle()
            minted_mb = server.read_memory_mb()
            return {"idle": idle_mb, "minted": minted_mb, "growth": minted_mb - idle_mb}

    return alternate(lab.subjects, min(_ROUNDS, lab.plan.rounds), take_turn)
