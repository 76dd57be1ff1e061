# DEV-ONLY: never ship to production.
"""Chromium without a window, driven over the pipe of its DevTools protocol.

Spec: https://chromedevtools.github.io/devtools-protocol/
"""

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from token_issuer.errors import ProbeError

_COMMANDS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_START_TIMEOUT_S: Final = 30.0
_CHUNK_BYTES: Final = 1 << 16
_MAX_MESSAGE_BYTES: Final = 64 << 20
_MIN_DESCRIPTOR: Final = 10
_READ_DESCRIPTOR: Final = 3  # where Chromium reads and writes messages, which end with a null byte
_WRITE_DESCRIPTOR: Final = 4
_OPTIONS: Final = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--password-store=basic",
)

OnEvent = Callable[[str, str, Mapping[str, Any]], None]
"""Called with the session, the method and the parameters of an event."""


def find_chromium(path: str) -> str:
    """Return the path of Chromium or Chrome; *path* is empty for the one of this machine.

    Raises:
        ProbeError: there is none.
    """
    names = (path,) if path else _COMMANDS
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        message = (
            f"--browser: found no command {' or '.join(names)}; install Chromium, or name its "
            "path: --browser=PATH"
        )
        raise ProbeError(message)
    return found


class DevTools:
    """A running Chromium.

    The context manager stops it, and removes its profile.

    Attributes:
        on_event: Called with each event that arrives while a message is awaited.
    """

    def __init__(self, path: str, environ: Mapping[str, str]) -> None:
        """Drive the Chromium at *path*, which gets these environment variables."""
        self.on_event: OnEvent = lambda *_: None
        self._path = path
        self._environ = environ
        self._stack = contextlib.ExitStack()
        self._number = 0
        self._received = bytearray()
        self._read = self._write = -1

    def __enter__(self) -> Self:
        """Start Chromium.

        Raises:
            ProbeError: it cannot be started.
        """
        with self._stack:
            profile = tempfile.mkdtemp(prefix="token-issuer-")
            self._stack.callback(shutil.rmtree, profile, ignore_errors=True)
            self._start(Path(profile))
            self.call("Browser.getVersion", timeout_s=_START_TIMEOUT_S)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def send(self, method: str, session: str = "", **parameters: object) -> int:
        """Send a command without awaiting its result, and return its number.

        Raises:
            ProbeError: Chromium has ended.
        """
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        try:
            while data:
                data = data[os.write(self._write, data) :]
        except OSError as error:
            raise _build_end_error() from error
        return self._number

    def call(
        self, method: str, session: str = "", *, timeout_s: float, **parameters: object
    ) -> dict[str, Any]:
        """Send a command, and return its result; events are reported meanwhile.

        Raises:
            TimeoutError: there is no result in time.
            ProbeError: Chromium has ended, or rejects the command.
        """
        number = self.send(method, session, **parameters)
        end_s = time.monotonic() + timeout_s
        while True:
            message = self._receive(end_s)
            if message is None:
                raise TimeoutError
            if message.get("id") != number:
                self._report(message)
            elif "error" in message:
                problem = f"--browser: Chromium rejects {method}: {message['error']['message']}"
                raise ProbeError(problem)
            else:
                result: dict[str, Any] = message["result"]
                return result

    def wait(self, limit_s: float) -> bool:
        """Report one event, or wait *limit_s* seconds; return whether there was an event."""
        message = self._receive(time.monotonic() + limit_s)
        if message is not None:
            self._report(message)
        return message is not None

    def _report(self, message: Mapping[str, Any]) -> None:
        if "method" in message:
            self.on_event(message.get("sessionId", ""), message["method"], message["params"])

    def _receive(self, end_s: float) -> dict[str, Any] | None:
        while b"\0" not in self._received:
            ready, _, _ = select.select([self._read], [], [], max(0.0, end_s - time.monotonic()))
            if not ready:
                return None
            chunk = os.read(self._read, _CHUNK_BYTES)
            if not chunk or len(self._received) > _MAX_MESSAGE_BYTES:
                raise _build_end_error()
            self._received += chunk
        data, _, rest = self._received.partition(b"\0")
        self._received = bytearray(rest)
        message: dict[str, Any] = json.loads(data)
        return message

    def _start(self, profile: Path) -> None:
        theirs_read, self._write = self._open_pipe()
        self._read, theirs_write = self._open_pipe()
        # Chromium refuses its sandbox to root, as whom containers run.
        sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
        environ = {**self._environ, "TMPDIR": str(profile)}  # to leave nothing behind when killed
        command = (self._path, *_OPTIONS, *sandbox, f"--user-data-dir={profile}", "about:blank")
        actions = (
            (os.POSIX_SPAWN_DUP2, theirs_read, _READ_DESCRIPTOR),
            (os.POSIX_SPAWN_DUP2, theirs_write, _WRITE_DESCRIPTOR),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        )
        try:
            pid = os.posix_spawn(self._path, command, environ, file_actions=actions, setpgroup=0)
        except OSError as error:
            message = f"--browser: {self._path} cannot be started: {error.strerror}"
            raise ProbeError(message) from error
        self._stack.callback(_stop, pid)
        os.close(theirs_read)
        os.close(theirs_write)

    def _open_pipe(self) -> tuple[int, int]:
        """Return both ends of a pipe, above the descriptors that Chromium expects."""
        ends = []
        for end in os.pipe():
            ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _MIN_DESCRIPTOR))
            os.close(end)
            self._stack.callback(_close, ends[-1])
        return ends[0], ends[1]


def _stop(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _close(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        os.close(descriptor)


def _build_end_error() -> ProbeError:
    return ProbeError("--browser: Chromium has ended; check that it runs on this machine")
