"""Tokens per second over HTTP, and the CPU time of the server per token."""

from typing import Final

from benchmarks import openssl
from benchmarks.lab import Lab
from benchmarks.rounds import Measurement, Series, alternate
from benchmarks.subjects import ISSUER_ON_ALL_CORES

SIGNATURE: Final = "raw signature"
"""The physical limit, as a subject beside the servers."""


def measure(lab: Lab) -> dict[str, Series]:
    """Load `/token` of each subject in turn.

    Returns:
        `tokens`: tokens per second; `cpu`: milliseconds of CPU per token.
    """
    subjects = {**lab.minting_subjects, ISSUER_ON_ALL_CORES: lab.issuer_on_all_cores}
    seconds = lab.plan.seconds
    with lab.run_all(subjects) as servers:

        def take_turn(name: str) -> Measurement:
            if name == SIGNATURE:
                return {
                    "cpu": 1000 / openssl.measure_signatures(seconds),
                    "tokens": openssl.measure_all_cores(seconds),
                }
            server, request = servers[name], subjects[name].get_token_request()
            before_s = server.read_cpu_s()
            outcome = lab.load.run(server.url, request, seconds)
            cpu_ms = (server.read_cpu_s() - before_s) * 1000
            return {"tokens": outcome.rate, "cpu": cpu_ms / outcome.count}

        for name, server in servers.items():  # warms up just-in-time compilers
            lab.load.run(server.url, subjects[name].get_token_request(), seconds)
        return alternate(
            {name: name for name in (*subjects, SIGNATURE)}, lab.plan.rounds, take_turn
        )
