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
LOGIN_CONNECTIONS: Final = 4  # few, so that a slow peer completes some logins in each turn
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
class Login:
    """The two requests of a login, which is sent repeatedly.

    Attributes:
        authorization: Is answered by a redirect with a code, since it names the user.
        redemption: Gets the tokens; the code is added to its form.
    """

    authorization: Request
    redemption: Request


@dataclass(frozen=True)
class Outcome:
    """Result of a load: number of responses or logins, the same per second, and latencies."""

    count: int
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
        self, url: str, load: Request | Login, seconds: int, *, rate: float | None = None
    ) -> Outcome:
        """Send requests to the server at *url* for *seconds*.

        Args:
            url: Base URL of the server.
            load: The request, or the login.
            seconds: Duration of the load, in seconds.
            rate: Target rate in requests per second: each connection waits before each request for
                a random, exponentially distributed time. By default, it sends each request as soon
                as it has received the previous response.

        Raises:
            MeasurementError: a request failed, or no response arrived.
        """
        if isinstance(load, Login):
            connections, request, kind = LOGIN_CONNECTIONS, load.authorization, "logins"
        else:
            connections = CONNECTIONS if rate is None else PACED_CONNECTIONS
            request, kind = load, "requests"
        pause_ms = 0 if rate is None else 1000 * connections / rate
        arguments = ["--threads=1", f"--connections={connections}", f"--duration={seconds}"]
        arguments += ["--latency", f"--script={_SCRIPT}", url + request.path]
        arguments += ["--", request.method, request.body, str(pause_ms)]
        if isinstance(load, Login):
            arguments += [load.redemption.path, load.redemption.body]
        finished = self._run(arguments, timeout_s=seconds + 60)
        if finished.returncode != 0:
            message = f"wrk failed: {(finished.stderr or finished.stdout).strip()}"
            raise MeasurementError(message)
        return _read_outcome(request, kind, json.loads(finished.stdout.splitlines()[-1]))

    def _run(self, arguments: list[str], timeout_s: float) -> subprocess.CompletedProcess[str]:
        environ = dict(os.environ)
        if self.libraries is not None:
            environ["LD_LIBRARY_PATH"] = str(self.libraries)
        command = [self.command, *arguments]
        return subprocess.run(
            command, env=environ, capture_output=True, text=True, check=False, timeout=timeout_s
        )


def _read_outcome(request: Request, kind: str, answer: dict[str, int]) -> Outcome:
    failed = answer["failed"] + (answer["closed"] if request.is_kept_alive else 0)
    count = answer[kind]
    if failed or not count:
        what = f"{request.method} {request.path.partition('?')[0]}"
        message = f"{what}: {failed} requests failed, {count} {kind} succeeded"
        raise MeasurementError(message)
    rate = count / answer["duration_us"] * 1e6
    return Outcome(count, rate, answer["p50_us"] / 1000, answer["p99_us"] / 1000)


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
