"""Latency of token requests at half of the maximum throughput of the server."""

from benchmarks.lab import Lab
from benchmarks.rounds import Measurement, Series, alternate


def measure(lab: Lab) -> dict[str, Series]:
    """For each subject in turn, measure the maximum rate, then request tokens at half of this rate.

    The load generator uses many connections with random pauses, so that requests arrive almost
    independently of earlier responses.

    Returns:
        `p50`, `p99`: milliseconds; `offered`: sent requests per second.
    """
    subjects, seconds = lab.minting_subjects, lab.plan.seconds
    with lab.run_all(subjects) as servers:

        def take_turn(name: str) -> Measurement:
            server, request = servers[name], subjects[name].get_token_request()
            most = lab.load.run(server.url, request, seconds).rate
            outcome = lab.load.run(server.url, request, seconds, rate=most / 2)
            return {"p50": outcome.p50_ms, "p99": outcome.p99_ms, "offered": outcome.rate}

        return alternate({name: name for name in subjects}, lab.plan.rounds, take_turn)
