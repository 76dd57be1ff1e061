"""The physical limit: what `openssl speed` makes of RSA-2048 on this machine."""

import os
import re
import subprocess
from typing import Final

from benchmarks.errors import MeasurementError

_SIGNATURES: Final = re.compile(r"^rsa +2048 bits(?: +[0-9.]+s)+ +(?P<rate>[0-9.]+) ", re.MULTILINE)


def measure_signatures(seconds: int, *, cores: int = 1) -> float:
    """Return RSA-2048 signatures a second, by CPU time on one core or by the clock on several.

    Raises:
        MeasurementError: there is no `openssl`, or it says something else.
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
    """Return RSA-2048 signatures a second on all cores at once."""
    return measure_signatures(seconds, cores=os.cpu_count() or 1)


def read_signature_rate(answer: str) -> float:
    """Find the signatures a second in what `openssl speed` prints.

    Raises:
        MeasurementError: they are not in it.
    """
    match = _SIGNATURES.search(answer)
    if match is None:
        message = f"openssl speed printed no line about rsa 2048: {answer[-200:]!r}"
        raise MeasurementError(message)
    return float(match["rate"])
