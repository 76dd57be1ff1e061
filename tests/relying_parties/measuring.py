"""Probes of relying parties, and their records."""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Final

from tests.chromium import find_chromium
from tests.conftest import provide_issuer_start
from tests.login_clients.application import Application
from tests.login_clients.stack import run_stack
from tests.relying_parties.catalogue import RELYING_PARTIES, RelyingParty
from tests.services import read_clean_environ, run_upstream
from tests.verifiers.measuring import Record, run_probe

APP_URL: Final = "http://localhost:3000"
ISSUER_URL: Final = "http://localhost:8081"
MAX_CONCURRENT_PROBES: Final = 3  # some checks wait most of the time


@contextmanager
def measure_all(names: Iterable[str]) -> Iterator[dict[str, Future[Record]]]:
    """Install relying parties, and probe them, three at a time, while the block runs.

    Raises:
        MissingError: The machine lacks a requirement of a relying party.
    """
    parties = {name: RELYING_PARTIES[name] for name in names}
    for install in {party.application.install: None for party in parties.values()}:
        install()
    with ThreadPoolExecutor(MAX_CONCURRENT_PROBES) as pool:
        try:
            yield {name: pool.submit(measure, party) for name, party in parties.items()}
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def measure(party: RelyingParty) -> Record:
    """Run and probe an installed relying party, as it is and with the settings of its remedies.

    Returns:
        `versions` by package; `probes`, with the report of `token-issuer probe-login --json` by
        part; and `remedies`, the checks that each of `party.remedies` closes.

    Raises:
        ProbeError: The probe failed.
        StartError: The application does not listen in time.
    """
    skips = ("--skip", ",".join(party.apart)) if party.apart else ()
    probes = {"logins": probe_login(party, party.application, *skips)}
    for check in party.apart:
        probes[check] = probe_login(party, party.application, "--only", check)
    failed = {finding["check"] for probe in probes.values() for finding in probe["findings"]}
    remedies = {}
    for name, remedy in party.remedies.items():
        tried = sorted(failed & set(remedy.checks))
        if not tried:
            continue
        changed = probe_login(party, remedy.apply(party.application), "--only", ",".join(tried))
        left = {finding["check"] for finding in changed["findings"]}
        remedies[name] = [check for check in tried if check not in left]
    return {
        "versions": dict(party.read_versions()),
        "probes": probes,
        "remedies": remedies,
    }


def probe_login(party: RelyingParty, application: Application, *options: str) -> Record:
    """Run an application with its own issuer, and return the report of the probe.

    The report names fixed ports, so that two reports differ only by the results.
    """
    with ExitStack() as stack:
        start = stack.enter_context(provide_issuer_start(read_clean_environ()))
        upstream_url = stack.enter_context(run_upstream())
        running = stack.enter_context(run_stack(application, start, upstream_url))
        browser, environ = ((), {}) if not application.needs_script else choose_browser()
        report = run_probe(
            "probe-login",
            running.url + application.login,
            *("--logged-in", running.url + application.page),
            *("--issuer", running.issuer_url),
            *(*browser, *party.options, *options),
            environ=environ,
        )
    text = json.dumps(report).replace(running.url, APP_URL).replace(running.issuer_url, ISSUER_URL)
    fixed: Record = json.loads(text)
    return fixed


def choose_browser() -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the option for Chromium, and the environment variables that it needs."""
    chromium = find_chromium()
    return (f"--browser={chromium.path}",), chromium.environ
