"""The time that `enforce()` without its probe adds to the start of a bare Python."""

import subprocess
import sys
import time
from typing import Final

from benchmarks.lab import Lab
from benchmarks.rounds import Measurement, Series, alternate
from benchmarks.subjects import ROOT

BARE_PYTHON: Final = "bare Python"
_SOURCE: Final = ROOT / "packages/proxy-guard/src"
_URI: Final = {"JWT_JWKS_URI": "https://www.googleapis.com/oauth2/v3/certs"}
_PEM: Final = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0vx7agoebGcQSuuPiLJX
ZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tS
oc/BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ/2W+5JsGY4Hc5n9yBXArwl93lqt
7/RN5w6Cf0h4QyQ5v+65YGjQR0/FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0
zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt+bFTWhAI4vMQFh6WeZu0f
M4lFd2NcRwr3XPksINHaQ+G/xBniIqbw0Ls1jF44+csFCur+kEgU8awapJzKnqDK
gwIDAQAC
-----END PUBLIC KEY-----
"""


def _build_script(environ: dict[str, str]) -> str:
    return (
        f"import sys; sys.path.insert(0, {str(_SOURCE)!r}); import proxy_guard;"
        f" proxy_guard.enforce({environ!r}, probe=False)"
    )


SCRIPTS: Final = {
    BARE_PYTHON: "pass",
    "JWT_JWKS_URI": _build_script(_URI),
    "JWT_PUBLIC_KEY": _build_script({"JWT_PUBLIC_KEY": _PEM}),
}


def measure(lab: Lab) -> dict[str, Series]:
    """Run a bare Python, and the guard with two configurations, in turn.

    Returns:
        `start`: milliseconds from the start of the process to its end.
    """
    for script in SCRIPTS.values():
        take_turn(script)  # writes the bytecode and fills the disk cache
    return alternate(SCRIPTS, 4 * lab.plan.starts, take_turn)  # more rounds, since each is short


def take_turn(script: str) -> Measurement:
    """Run *script* in an interpreter without site-packages."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-S", "-c", script], check=True)
    return {"start": (time.perf_counter() - started) * 1000}
