"""The cost of a token with many keys, or with many logged requests."""

from collections.abc import Callable
from functools import partial
from typing import Final

from benchmarks.answers import fetch
from benchmarks.lab import Lab
from benchmarks.load import Request
from benchmarks.processes import Server
from benchmarks.rounds import Measurement, Series, alternate
from benchmarks.subjects import Subject

BASE: Final = "1 key"
FULL_LOG: Final = "full request log"
_ROTATE: Final = Request("/admin/keys/rotate", "POST", '{"lead":"0s","retention":"24h"}')


def measure(lab: Lab) -> dict[str, Series]:
    """Load `/token` of issuers with more and more keys, and of one with a full request log.

    Returns:
        `cpu`: milliseconds of CPU per token.
    """
    subjects = {describe_ring(size): lab.issuer for size in lab.plan.ring_sizes}
    log_size = str(lab.plan.log_size)
    subjects[FULL_LOG] = lab.issuer.configure(FULL_LOG, TOKEN_ISSUER_REQUEST_LOG=log_size)
    with lab.run_all(subjects) as servers:
        for size in lab.plan.ring_sizes:
            _add_keys(servers[describe_ring(size)], size - 1)
        _fill_log(lab, servers[FULL_LOG])
        turns: dict[str, Callable[[], Measurement]] = {
            name: partial(_take_turn, lab, subjects[name], server)
            for name, server in servers.items()
        }
        return alternate(turns, lab.plan.rounds, lambda turn: turn())


def describe_ring(size: int) -> str:
    """Return the name of a ring with *size* keys."""
    return BASE if size == 1 else f"{size} keys"


def _take_turn(lab: Lab, subject: Subject, server: Server) -> Measurement:
    before_s = server.read_cpu_s()
    outcome = lab.load.run(server.url, subject.get_token_request(), lab.plan.seconds)
    return {"cpu": (server.read_cpu_s() - before_s) * 1000 / outcome.count}


def _add_keys(server: Server, count: int) -> None:
    for _ in range(count):
        fetch(server, _ROTATE)


def _fill_log(lab: Lab, server: Server) -> None:
    answered = 0
    while answered < lab.plan.log_size:
        answered += lab.load.run(server.url, lab.issuer.jwks, lab.plan.seconds).count
