"""How long from the start of the issuer to its first JWKS: in a container, and as a process.

Alternating runs, medians; the image must be present. Run it with
`ci/uv run --all-packages --all-extras --locked python benchmarks/container_start.py`.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROUNDS = 10
LONGEST_START_S = 30
COMMAND = (
    Path(__file__).resolve().parents[1] / "packages/dev-only/token-issuer/.venv/bin/token-issuer"
)


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def wait_for_jwks(port: int) -> None:
    deadline = time.monotonic() + LONGEST_START_S
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/certs", timeout=5).close()
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                sys.exit(f"no JWKS on port {port} within {LONGEST_START_S} s")
            time.sleep(0.002)
        else:
            return


def time_process() -> float:
    port = find_free_port()
    started = time.perf_counter()
    with subprocess.Popen(
        [COMMAND, "serve", "--port", str(port)], stdout=subprocess.DEVNULL, env=os.environ
    ) as process:
        try:
            wait_for_jwks(port)
            return time.perf_counter() - started
        finally:
            process.terminate()


def time_container() -> float:
    port = find_free_port()
    publish = f"127.0.0.1:{port}:8081"
    started = time.perf_counter()
    name = subprocess.check_output(
        ["docker", "run", "--detach", "--read-only", "--publish", publish, "token-issuer"],
        text=True,
    ).strip()
    try:
        wait_for_jwks(port)
        return time.perf_counter() - started
    finally:
        subprocess.run(["docker", "rm", "--force", name], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    kinds: dict[str, Callable[[], float]] = {"process": time_process, "container": time_container}
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(ROUNDS):
        for name, measure in kinds.items():
            times[name].append(measure())
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"start to the first JWKS, median of {ROUNDS} (fastest to slowest):")
    for name, values in times.items():
        print(f"  {name:<10} {medians[name]:.2f} s ({min(values):.2f} to {max(values):.2f})")
    print(f"  container / process: {medians['container'] / medians['process']:.2f}")


if __name__ == "__main__":
    main()
