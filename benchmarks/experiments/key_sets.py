"""Key sets per second over HTTP."""

from benchmarks.lab import Lab
from benchmarks.rounds import Measurement, Series, alternate
from benchmarks.subjects import ISSUER_ON_ALL_CORES


def measure(lab: Lab) -> dict[str, Series]:
    """Load the JWKS of each subject in turn.

    Returns:
        `requests`: key sets per second.
    """
    subjects = {**lab.subjects, ISSUER_ON_ALL_CORES: lab.issuer_on_all_cores}
    seconds = lab.plan.seconds
    with lab.run_all(subjects) as servers:

        def take_turn(name: str) -> Measurement:
            outcome = lab.load.run(servers[name].url, subjects[name].jwks, seconds)
            return {"requests": outcome.rate}

        for name in subjects:  # warms up just-in-time compilers
            take_turn(name)
        return alternate({name: name for name in subjects}, lab.plan.rounds, take_turn)
