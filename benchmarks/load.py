"""Load from `wrk` over loopback, with a limited number of connections and seconds."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.errors import MeasurementError

CONNECTIONS: Final = 16
PACED_CONNECTIONS: Final = 64
_SCRIPT: Final = Path(__file__).with_name("load.lua")
_PACKAGES: Final = ("wrk", "libluajit-5.1-2")  # Debian's wrk also needs libc and OpenSSL


@dataclass(frozen=True)
class Request:
    """A request that is sent repeatedly.

    Attributes:
        path: The path.
        method: GET or POST.
        body: A form, or JSON if it begins with a brace.
        is_kept_alive: Whether the server keeps the connection open. If the server closes it after
            each response, wrk counts read errors, which are then ignored.
    """

    path: str
    method: str = "GET"
    body: str = ""
    is_kept_alive: bool = True


@dataclass(frozen=True)
class Outcome:
    """Result of a load: number of responses, responses per second, and latencies."""

    requests: int
    rate: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class LoadGenerator:
    """A `wrk` command, and the folder of its libraries unless it is installed."""

    command: str
    libraries: Path | None = None

    def read_version(self) -> str:
        """Return the version of wrk."""
        answer = self._run(["--version"], timeout_s=10).stdout
        return answer.partition(" Copyright")[0].strip()

    def run(
        self, url: str, request: Request, seconds: int, *, rate: float | None = None
    ) -> Outcome:
        """Send *request* to the server at *url* for *seconds*.

        Args:
            url: Base URL of the server.
            request: The request.
            seconds: Duration of the load, in seconds.
            rate: Target rate in requests per second: each connection waits before each request for
                a random, exponentially distributed time. By default, it sends each request as soon
                as it has received the previous response.

        Raises:
            MeasurementError: a request failed, or no response arrived.
        """
        connections = CONNECTIONS if rate is None else PACED_CONNECTIONS
        pause_ms = 0 if rate is None else 1000 * connections / rate
        arguments = ["--threads=1", f"--connections={connections}", f"--duration={seconds}"]
        arguments += ["--latency", f"--script={_SCRIPT}", url + request.path]
        arguments += ["--", request.method, request.body, str(pause_ms)]
        finished = self._run(arguments, timeout_s=seconds + 60)
        if finished.returncode != 0:
            message = f"wrk failed: {(finished.stderr or finished.stdout).strip()}"
            raise MeasurementError(message)
        return _read_outcome(request, json.loads(finished.stdout.splitlines()[-1]))

    def _run(self, arguments: list[str], timeout_s: float) -> subprocess.CompletedProcess[str]:
        environ = dict(os.environ)
        if self.libraries is not None:
            environ["LD_LIBRARY_PATH"] = str(self.libraries)
        command = [self.command, *arguments]
        return subprocess.run(
            command, env=environ, capture_output=True, text=True, check=False, timeout=timeout_s
        )


def _read_outcome(request: Request, answer: dict[str, int]) -> Outcome:
    failed = answer["failed"] + (answer["closed"] if request.is_kept_alive else 0)
    if failed or not answer["requests"]:
        what = f"{request.method} {request.path}"
        message = f"{what}: {failed} requests failed, {answer['requests']} were answered"
        raise MeasurementError(message)
    rate = answer["requests"] / answer["duration_us"] * 1e6
    return Outcome(answer["requests"], rate, answer["p50_us"] / 1000, answer["p99_us"] / 1000)


def find_load_generator(cache: Path) -> LoadGenerator:
    """Return the installed `wrk`; if it is missing, unpack the Debian package into *cache*.

    Unpacking does not need root.

    Raises:
        MeasurementError: wrk is not installed, and there is no apt-get to download it.
    """
    if installed := shutil.which("wrk"):
        return LoadGenerator(installed)
    folder = cache / "wrk"
    if not (folder / "usr/bin/wrk").exists():
        _unpack(folder)
    library = next(folder.rglob("libluajit-5.1.so.2"))
    return LoadGenerator(str(folder / "usr/bin/wrk"), library.parent)


def _unpack(folder: Path) -> None:
    if shutil.which("apt-get") is None:
        message = "wrk is missing: install it (Debian, Ubuntu: apt-get install wrk; macOS: brew)"
        raise MeasurementError(message)
    folder.mkdir(parents=True, exist_ok=True)
    fetch = ["apt-get", "download", "-qq", *_PACKAGES]
    if subprocess.run(fetch, cwd=folder, check=False, capture_output=True).returncode != 0:
        update = ["apt-get", "update", "-qq"]
        subprocess.run(update, check=False, capture_output=True)
        subprocess.run(fetch, cwd=folder, check=True, capture_output=True)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, folder], check=True)
