"""How long a token takes while the server is half busy."""

from benchmarks.lab import Lab
from benchmarks.rounds import Measurement, Series, alternate


def measure(lab: Lab) -> dict[str, Series]:
    """Ask each subject in turn for tokens, at half of the rate that it has just shown.

    The pace is the load generator's: many connections, each with random pauses, so that requests
    come in nearly as if from strangers, whether or not an earlier answer is late.

    Returns:
        `p50`, `p99`: milliseconds; `offered`: requests a second that were sent.
    """
    subjects, seconds = lab.minting_subjects, lab.plan.seconds
    with lab.run_all(subjects) as servers:

        def take_turn(name: str) -> Measurement:
            server, request = servers[name], subjects[name].get_token_request()
            most = lab.load.run(server.url, request, seconds).rate
            outcome = lab.load.run(server.url, request, seconds, rate=most / 2)
            return {"p50": outcome.p50_ms, "p99": outcome.p99_ms, "offered": outcome.rate}

        return alternate({name: name for name in subjects}, lab.plan.rounds, take_turn)
