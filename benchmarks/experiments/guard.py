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
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArQVjamDGusPk+X7AUj/l
d+dzRu26U1DwQ3OSj2MeEn3qloPkx8teEaDKA0g246Xddby42PJicQ7eNrYpjefz
o955cgACKEPnXXjOgQhuxBs2Y9nZA73U3oUL1E4L6ToClosiIdUNbZqKx9Xzqdsd
oicEHfYU+GJEUJP3TENadTFIdbOVFgGXqRGGcDWIXJremrJava4RK9UD5/CTtotS
RLfQdSYbcg+pZwSqR2eQ8tJWWN3zW6ctIeqUgNGpU0pcMmi1Doxd+wuGBXu64JVr
jmt6oEU3uW1HX8A4rkqWwv887VfPEN4NLcm6R/YDCB/iSS2Q5SZFfEsfg/2xlTQE
ZQIDAQAB
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
