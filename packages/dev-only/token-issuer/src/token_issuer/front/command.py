# DEV-ONLY: never ship to production.
"""A command in a child process, which receives the signals of this one.

Its exit status is that of the shell: 127 if there is no such command, 126 if it cannot be executed,
128 plus the number of the signal that ended it.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FrameType
from typing import Final

from token_issuer.errors import CommandError

_NOT_FOUND: Final = 127
_NOT_EXECUTABLE: Final = 126
_SIGNAL_BASE: Final = 128
_FROM_TERMINAL: Final = frozenset({signal.SIGINT, signal.SIGQUIT})
_FORWARDED: Final = (
    *(signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2),
    *_FROM_TERMINAL,
)


class SignalForwarder:
    """Sends the signals of this process to a child process.

    Signals that arrive earlier are kept, so that files of the command can be removed.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []
        self._wakeup, self._wakeup_writer = os.pipe()

    def install(self) -> None:
        """Handle signals from now on; the main thread must call this."""
        os.set_blocking(self._wakeup_writer, False)
        signal.set_wakeup_fd(self._wakeup_writer, warn_on_full_buffer=False)
        for number in (*_FORWARDED, signal.SIGCHLD):
            signal.signal(number, self._handle)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})  # the parent may block it

    def run(self, command: Sequence[str], environ: Mapping[str, str]) -> int:
        """Run *command* with the variables *environ*, and return its exit status.

        Raises:
            CommandError: the command cannot be started.
        """
        if self._early:
            return _SIGNAL_BASE + self._early[0]
        try:
            self._process = subprocess.Popen(command, env=dict(environ))  # noqa: S603  # a command of the user
        except (OSError, ValueError) as error:
            raise _explain(command[0], error) from error
        for number in self._early:  # while the child process was being started
            self._forward(self._process, number)
        exit_code = self._wait(self._process)
        return _SIGNAL_BASE - exit_code if exit_code < 0 else exit_code

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        """Return the exit code of *process*, and let handlers run until it ends.

        Only the main thread runs handlers, but a signal may interrupt another thread instead. So
        the main thread waits for the byte that each signal writes, also that of the end.
        """
        while (exit_code := process.poll()) is None:
            os.read(self._wakeup, 1024)
        return exit_code

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGCHLD:
            return
        if self._process is None:
            self._early.append(number)
        else:
            self._forward(self._process, number)

    def _forward(self, process: subprocess.Popen[bytes], number: int) -> None:
        if number not in _FROM_TERMINAL or not _is_in_foreground():
            process.send_signal(number)


def _is_in_foreground() -> bool:
    """Return whether the terminal has sent the signals of its keys to the child as well."""
    with suppress(OSError):  # there is no terminal
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
        try:
            return os.tcgetpgrp(terminal) == os.getpgrp()
        finally:
            os.close(terminal)
    return False


def _explain(name: str, error: OSError | ValueError) -> CommandError:
    shown = name[:200]
    if isinstance(error, FileNotFoundError):
        message = f"{shown}: command not found; check its name and PATH"
        return CommandError(message, _NOT_FOUND)
    reason = getattr(error, "strerror", None) or str(error)
    message = f"{shown}: cannot be executed: {reason}; check its permissions"
    return CommandError(message, _NOT_EXECUTABLE)
