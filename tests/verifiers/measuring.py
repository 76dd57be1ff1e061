"""Probes of verifiers, and their records."""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

from tests.conftest import ISSUER_COMMAND
from tests.services import read_clean_environ
from tests.verifiers.catalogue import VERIFIERS, Verifier
from tests.verifiers.installing import install, read_versions
from tests.verifiers.running import run_issuer, run_verifier

PROBE_TIMEOUT_S: Final = 300  # a probe with a browser, on a busy machine
EXIT_CODES: Final = {0, 1}  # without and with findings
MAX_CONCURRENT_PROBES: Final = 3  # a probe waits most of the time
NO_VARIABLES: Final[Mapping[str, str]] = {}

Record = dict[str, Any]


class ProbeError(Exception):
    """A probe failed; the message has its error output."""


@contextmanager
def measure_all(names: Iterable[str]) -> Iterator[dict[str, Future[Record]]]:
    """Install verifiers, and probe them, at most three at a time, while the block runs.

    Raises:
        MissingError: The machine lacks a requirement of a verifier.
    """
    verifiers = {name: VERIFIERS[name] for name in names}
    for runtime in dict.fromkeys(verifier.runtime for verifier in verifiers.values()):
        install(runtime)
    with ThreadPoolExecutor(MAX_CONCURRENT_PROBES) as pool:
        try:
            yield {name: pool.submit(measure, verifiers[name]) for name in verifiers}
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def measure(verifier: Verifier) -> Record:
    """Run and probe an installed verifier.

    Each part of the probe has a separate service and issuer, so that caches and request limits of
    one part do not affect the results of another.

    Returns:
        `versions` by package, and `probes`: the output of `token-issuer probe --json` by part.

    Raises:
        ProbeError: The probe failed.
        StartError: The service does not listen in time.
    """
    probes = {}
    for part, selection in select_parts(verifier).items():
        with run_issuer() as issuer, run_verifier(verifier, issuer.url) as target:
            probes[part] = run_probe("probe", target, "--issuer", issuer.url, *selection)
    return {"versions": read_versions(verifier), "probes": probes}


def select_parts(verifier: Verifier) -> dict[str, tuple[str, ...]]:
    """Return the options of the probe by part."""
    skips = ("--skip", ",".join(verifier.apart)) if verifier.apart else ()
    parts = {"tokens": ("--only", "tokens", *skips)}
    if not verifier.keys_elsewhere:
        parts["keys"] = ("--only", "keys", *skips)
    if verifier.apart:
        parts["apart"] = ("--only", ",".join(verifier.apart))
    return parts


def run_probe(*arguments: str, environ: Mapping[str, str] = NO_VARIABLES) -> Record:
    """Run a probe command of the issuer, and return its report.

    Args:
        arguments: The command line.
        environ: More environment variables.

    Raises:
        ProbeError: The probe failed.
    """
    command = [str(ISSUER_COMMAND), *arguments, "--json"]
    outcome = subprocess.run(
        command,
        env={**read_clean_environ(), **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=PROBE_TIMEOUT_S,
    )
    if outcome.returncode not in EXIT_CODES or not outcome.stdout:
        message = (
            f"{' '.join(command)} failed with exit code {outcome.returncode}: "
            f"{outcome.stderr[-2000:]}"
        )
        raise ProbeError(message)
    report: Record = json.loads(outcome.stdout)
    return report


def list_findings(record: Record) -> list[Record]:
    """Return the findings of all parts, the worst of each part first."""
    return [finding for probe in record["probes"].values() for finding in probe["findings"]]


def list_checks(record: Record) -> list[Record]:
    """Return the checks of all parts."""
    return [check for probe in record["probes"].values() for check in probe["checks"]]


def summarize(record: Record) -> set[tuple[str, str]]:
    """Return the check and severity of each finding."""
    return {(finding["check"], finding["severity"]) for finding in list_findings(record)}
