"""Servers as processes: start, readiness, CPU and memory from /proc, and stop."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.errors import MeasurementError

MAX_START_S: Final = 30
MAX_STOP_S: Final = 10
_POLL_S: Final = 0.002
_REST_S: Final = 0.5
_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_KB_PER_MB: Final = 1000 / 1.024  # /proc counts in units of 1024 bytes


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        pid: Its first process, the leader of a session that also contains its workers.
        port: Its port on 127.0.0.1.
        start_s: Time from the start of the process to the first response, in seconds.
    """

    pid: int
    port: int
    start_s: float

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    def read_cpu_s(self) -> float:
        """Return the user and system CPU time of all its processes, in seconds."""
        return (
            sum(sum(map(int, stat[11:15])) for stat in self._read_stats().values()) / _TICKS_PER_S
        )

    def wait_until_idle(self) -> None:
        """Wait until the processes of the server have used no CPU time for 0.5 s.

        Raises:
            MeasurementError: the server is still busy after 30 s.
        """
        used_s = self.read_cpu_s()
        for _ in range(int(MAX_START_S / _REST_S)):
            time.sleep(_REST_S)
            before_s, used_s = used_s, self.read_cpu_s()
            if used_s == before_s:
                return
        message = f"process {self.pid} is still busy after {MAX_START_S} s without requests"
        raise MeasurementError(message)

    def read_memory_mb(self) -> float:
        """Return the resident memory in MB; pages that its processes share are counted once."""
        private_kb, shared_kb = 0, [0]
        for pid in self._read_stats():
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
            sizes = {line.split()[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]}
            private = sizes["Private_Clean:"] + sizes["Private_Dirty:"]
            private_kb += private
            shared_kb.append(sizes["Rss:"] - private)
        return (private_kb + max(shared_kb)) / _KB_PER_MB

    def _read_stats(self) -> dict[int, list[str]]:
        """Return the fields of `/proc/PID/stat`, from the third on, of each of its processes."""
        stats = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = (
                    path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                )
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[3]) == self.pid:
                stats[int(path.parent.name)] = fields
        return stats


def find_free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def run_server(
    name: str, command: Sequence[str], environ: Mapping[str, str], port: int, path: str
) -> Iterator[Server]:
    """Run *command* during the block. The block starts when a request for *path* returns 200.

    Raises:
        MeasurementError: the command ended, or did not respond in time; the message contains the
            last line that the command printed.
    """
    with tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, env={**os.environ, **environ}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            while not answers(port, path):
                if process.poll() is not None or time.perf_counter() - started > MAX_START_S:
                    raise MeasurementError(_describe_failure(name, process, log.fileno()))
                time.sleep(_POLL_S)
            yield Server(process.pid, port, time.perf_counter() - started)
        finally:
            _stop(process)


def answers(port: int, path: str) -> bool:
    """Return whether the response for *path* is 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=MAX_START_S) as connection:
            connection.sendall(request.encode("ascii"))
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


def _describe_failure(name: str, process: subprocess.Popen[bytes], log: int) -> str:
    status = process.poll()
    what = f"did not respond within {MAX_START_S} s"
    if status is not None:
        what = f"ended with exit status {status}"
    text = os.pread(log, 1 << 20, 0).decode(errors="replace").strip()
    return f"{name} {what} before it served: {text.rpartition(chr(10))[2] or 'it printed nothing'}"


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(MAX_STOP_S)
    with suppress(ProcessLookupError):  # the process itself, or workers that are still running
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
