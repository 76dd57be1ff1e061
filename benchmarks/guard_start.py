"""What `enforce()` without the probe adds to the start of a bare Python, side by side.

Alternating rounds, medians. Fails when it is more than 15 ms. Run it with
`ci/uv run --all-packages --all-extras --locked python benchmarks/guard_start.py`.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 60
MOST_MS = 15
SOURCE = Path(__file__).resolve().parents[1] / "packages/proxy-guard/src"
URI = {"JWT_JWKS_URI": "https://www.googleapis.com/oauth2/v3/certs"}
PEM = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0vx7agoebGcQSuuPiLJX
ZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tS
oc/BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ/2W+5JsGY4Hc5n9yBXArwl93lqt
7/RN5w6Cf0h4QyQ5v+65YGjQR0/FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0
zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt+bFTWhAI4vMQFh6WeZu0f
M4lFd2NcRwr3XPksINHaQ+G/xBniIqbw0Ls1jF44+csFCur+kEgU8awapJzKnqDK
gwIDAQAC
-----END PUBLIC KEY-----
"""


def build_script(environ: dict[str, str]) -> str:
    return (
        f"import sys; sys.path.insert(0, {str(SOURCE)!r}); import proxy_guard;"
        f" proxy_guard.enforce({environ!r}, probe=False)"
    )


CASES = {
    "bare Python": "pass",
    "JWT_JWKS_URI": build_script(URI),
    "JWT_PUBLIC_KEY": build_script({"JWT_PUBLIC_KEY": PEM}),
}


def time_start_ms(script: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-S", "-c", script], check=True)
    return (time.perf_counter() - started) * 1000


def main() -> int:
    for script in CASES.values():
        time_start_ms(script)  # writes the bytecode, warms the disk
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(ROUNDS):
        for name, script in CASES.items():
            times[name].append(time_start_ms(script))
    medians = {name: statistics.median(values) for name, values in times.items()}
    bare, *added = medians.values()
    for name, median in medians.items():
        print(f"{name:15} {median:5.1f} ms  +{median - bare:4.1f} ms  x {median / bare:.2f}")
    return 0 if all(median - bare <= MOST_MS for median in added) else 1


if __name__ == "__main__":
    sys.exit(main())
