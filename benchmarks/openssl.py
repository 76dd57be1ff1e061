"""The physical limit: the RSA-2048 signatures per second that `openssl speed` measures."""

import os
import re
import subprocess
from typing import Final

from benchmarks.errors import MeasurementError

_SIGNATURES: Final = re.compile(r"^rsa +2048 bits(?: +[0-9.]+s)+ +(?P<rate>[0-9.]+) ", re.MULTILINE)


def measure_signatures(seconds: int, *, cores: int = 1) -> float:
    """Return RSA-2048 signatures per second: of CPU time on one core, of real time on several.

    Raises:
        MeasurementError: `openssl` is missing, fails, or prints an unexpected format.
    """
    command = ["openssl", "speed", "-seconds", str(seconds)]
    if cores > 1:
        command += ["-elapsed", "-multi", str(cores)]
    try:
        answer = subprocess.check_output([*command, "rsa2048"], text=True, stderr=subprocess.STDOUT)
    except (OSError, subprocess.CalledProcessError) as error:
        message = f"openssl speed: {error}"
        raise MeasurementError(message) from error
    return read_signature_rate(answer)


def measure_all_cores(seconds: int) -> float:
    """Return RSA-2048 signatures per second on all cores together."""
    return measure_signatures(seconds, cores=os.cpu_count() or 1)


def read_signature_rate(answer: str) -> float:
    """Return the signatures per second in the output of `openssl speed`.

    Raises:
        MeasurementError: the output has an unexpected format.
    """
    match = _SIGNATURES.search(answer)
    if match is None:
        message = f"openssl speed printed no line about rsa 2048: {answer[-200:]!r}"
        raise MeasurementError(message)
    return float(match["rate"])
