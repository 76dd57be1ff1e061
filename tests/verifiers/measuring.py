"""Probing one verifier, and what is kept of that."""

import json
import subprocess
from typing import Any

from tests.conftest import ISSUER_COMMAND
from tests.services import read_clean_environ
from tests.verifiers.catalogue import VERIFIERS
from tests.verifiers.installing import install, read_versions
from tests.verifiers.running import run_issuer, run_verifier

PROBE_TIMEOUT_S = 240
FINISHED = {0, 1}  # nothing found, something found

Record = dict[str, Any]


class ProbeError(Exception):
    """A probe did not come to its end; with what it said."""


def measure(name: str) -> Record:
    """Install, run and probe a verifier.

    Returns:
        `versions` by package, and `probe`: what `token-issuer probe --json` printed.

    Raises:
        ProbeError: The probe stopped.
    """
    verifier = VERIFIERS[name]
    install(verifier.runtime)
    with run_issuer() as issuer, run_verifier(verifier, issuer.url) as target:
        probe = run_probe(target, issuer.url, skips_keys=bool(verifier.keys_elsewhere))
    return {"versions": read_versions(verifier), "probe": probe}


def run_probe(target: str, issuer_url: str, *, skips_keys: bool) -> Record:
    """Run `token-issuer probe` and return its report."""
    command = [str(ISSUER_COMMAND), "probe", target, "--issuer", issuer_url, "--json"]
    if skips_keys:
        command += ["--skip", "keys"]
    outcome = subprocess.run(
        command,
        env=read_clean_environ(),
        capture_output=True,
        text=True,
        check=False,
        timeout=PROBE_TIMEOUT_S,
    )
    if outcome.returncode not in FINISHED or not outcome.stdout:
        message = f"{' '.join(command)} ended with {outcome.returncode}: {outcome.stderr[-2000:]}"
        raise ProbeError(message)
    report: Record = json.loads(outcome.stdout)
    return report


def list_findings(record: Record) -> set[tuple[str, str]]:
    """Return what was found, as check and severity."""
    return {(finding["check"], finding["severity"]) for finding in record["probe"]["findings"]}
