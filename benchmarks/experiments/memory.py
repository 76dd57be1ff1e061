"""What is resident: idle, and after many tokens."""

from typing import Final

from benchmarks.answers import check_answers
from benchmarks.lab import Lab
from benchmarks.rounds import Measurement, Series, alternate
from benchmarks.subjects import ISSUER, Subject

_ROUNDS: Final = 3  # each is as long as it takes to mint all the tokens
_MAX_LOAD_S: Final = 60  # a slow peer leaves behind what it has minted until then


def measure(lab: Lab) -> dict[str, Series]:
    """Start each subject in turn, look at its memory, mint many tokens, and look again.

    Returns:
        `idle`: megabytes after the first key set and the first token; `minted`: after many;
        `growth`: the difference.
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
                minted += lab.load.run(server.url, subject.token, lab.plan.seconds).requests
                loaded_s += lab.plan.seconds
            server.wait_until_idle()
            minted_mb = server.read_memory_mb()
            return {"idle": idle_mb, "minted": minted_mb, "growth": minted_mb - idle_mb}

    return alternate(lab.subjects, min(_ROUNDS, lab.plan.rounds), take_turn)
