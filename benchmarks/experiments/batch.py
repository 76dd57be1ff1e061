"""Minting many tokens into a file with one command."""

import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks import openssl
from benchmarks.errors import MeasurementError, NotMeasuredHereError
from benchmarks.experiments.minting import SIGNATURE
from benchmarks.lab import Lab
from benchmarks.rounds import Measurement, Series, alternate
from benchmarks.subjects import ISSUER, ISSUER_COMMAND

_ROUNDS: Final = 5  # each round takes as long as all its signatures


def measure(lab: Lab) -> dict[str, Series]:
    """Mint a batch with `make-token --count`, including the start of the command.

    Returns:
        `tokens`: tokens per second.

    Raises:
        NotMeasuredHereError: this issuer does not have the option.
    """
    if "--count" not in _run_issuer("make-token", "--help"):
        message = "this make-token has no --count"
        raise NotMeasuredHereError(message)
    with tempfile.TemporaryDirectory() as folder:
        keys, output = Path(folder) / "keys", Path(folder) / "tokens.txt"
        _run_issuer("make-keys", str(keys))

        def take_turn(name: str) -> Measurement:
            if name == SIGNATURE:
                return {"tokens": openssl.measure_all_cores(lab.plan.seconds)}
            return {"tokens": lab.plan.batch / _time_batch(lab.plan.batch, keys, output)}

        subjects = {name: name for name in (ISSUER, SIGNATURE)}
        return alternate(subjects, min(_ROUNDS, lab.plan.rounds), take_turn)


def _time_batch(count: int, keys: Path, output: Path) -> float:
    output.unlink(missing_ok=True)
    started = time.perf_counter()
    _run_issuer(*(
        "make-token",
        "--keys-dir",
        str(keys),
        "--count",
        str(count),
        "--output",
        str(output),
    ))
    elapsed_s = time.perf_counter() - started
    with output.open("rb") as tokens:
        made = sum(1 for line in tokens if line.count(b".") == 2)  # noqa: PLR2004  # compact JWS
    if made != count:
        message = f"make-token wrote {made} tokens instead of {count}"
        raise MeasurementError(message)
    return elapsed_s


def _run_issuer(*arguments: str) -> str:
    finished = subprocess.run(
        [ISSUER_COMMAND, *arguments], capture_output=True, text=True, check=False
    )
    if finished.returncode != 0:
        message = f"token-issuer {arguments[0]} failed: {finished.stderr.strip()}"
        raise MeasurementError(message)
    return finished.stdout
