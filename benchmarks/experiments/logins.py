"""Logins per second over HTTP, the CPU time of the server per login, and memory after many."""

from typing import Final

from benchmarks import openssl
from benchmarks.answers import check_login
from benchmarks.lab import Lab
from benchmarks.load import Login, Request
from benchmarks.processes import Server
from benchmarks.rounds import Measurement, Series, alternate
from benchmarks.subjects import ISSUER, Subject

TWO_SIGNATURES: Final = "two raw signatures"
"""The physical limit: a login gives an ID token and an access token."""
TWO_TOKENS: Final = "two tokens of POST /token"
"""What the server itself needs for two signatures, without HTTP."""
_FULL_PATH_HTTP: Final = Request("/health")  # a key set is the same on the fast path
_MIN_TURN_S: Final = 2  # on a busy machine, a slow peer completes no login in one second
_MAX_TURNS: Final = 15  # the memory of a slow peer is measured after these, with fewer logins


def measure(lab: Lab) -> dict[str, Series]:
    """Log users in at each subject in turn.

    Returns:
        `logins`: logins per second; `cpu`: milliseconds of CPU per login; `beyond_http`: the same
        of our issuer, without two requests that do nothing but HTTP; `grown`: megabytes after many
        logins; `growth`: the difference from the memory after the first login.
    """
    return {**_measure_speed(lab), **_measure_memory(lab)}


def _measure_speed(lab: Lab) -> dict[str, Series]:
    subjects, seconds = lab.login_subjects, _get_turn_s(lab)
    with lab.run_all(subjects, check_login) as servers:

        def take_turn(name: str) -> Measurement:
            if name == TWO_SIGNATURES:
                cpu_ms = 2000 / openssl.measure_signatures(seconds)
                return {"cpu": cpu_ms, "beyond_http": cpu_ms}
            if name == TWO_TOKENS:
                ours = servers[ISSUER]
                _, token_ms = _load(lab, ours, lab.issuer.get_token_request())
                _, http_ms = _load(lab, ours, lab.issuer.jwks)
                return {"beyond_http": 2 * (token_ms - http_ms)}
            rate, cpu_ms = _load(lab, servers[name], subjects[name].get_login())
            if name != ISSUER:
                return {"logins": rate, "cpu": cpu_ms}
            _, full_ms = _load(lab, servers[name], _FULL_PATH_HTTP)
            _, fast_ms = _load(lab, servers[name], lab.issuer.jwks)
            beyond_ms = cpu_ms - full_ms - fast_ms
            return {"logins": rate, "cpu": cpu_ms, "beyond_http": beyond_ms}

        for name, server in servers.items():  # warms up just-in-time compilers
            lab.load.run(server.url, subjects[name].get_login(), seconds)
        names = (*subjects, TWO_TOKENS, TWO_SIGNATURES)
        return alternate({name: name for name in names}, lab.plan.rounds, take_turn)


def _load(lab: Lab, server: Server, load: Request | Login) -> tuple[float, float]:
    """Return responses or logins per second, and milliseconds of CPU for each."""
    before_s = server.read_cpu_s()
    outcome = lab.load.run(server.url, load, _get_turn_s(lab))
    return outcome.rate, (server.read_cpu_s() - before_s) * 1000 / outcome.count


def _measure_memory(lab: Lab) -> dict[str, Series]:
    def take_turn(subject: Subject) -> Measurement:
        with subject.run() as server:
            check_login(subject, server)
            server.wait_until_idle()
            first_mb = server.read_memory_mb()
            count = turns = 0
            while count < lab.plan.logins and (subject.name == ISSUER or turns < _MAX_TURNS):
                count += lab.load.run(server.url, subject.get_login(), _get_turn_s(lab)).count
                turns += 1
            server.wait_until_idle()
            grown_mb = server.read_memory_mb()
            return {"grown": grown_mb, "growth": grown_mb - first_mb}

    return alternate(lab.login_subjects, 1, take_turn)  # a round takes as long as all logins


def _get_turn_s(lab: Lab) -> int:
    return max(lab.plan.seconds, _MIN_TURN_S)
