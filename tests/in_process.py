"""Command lines in this process, with the results of a separate process but without its start."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

Main = Callable[[Sequence[str]], int]
Argument = str | bytes | Path


def call_main(
    main: Main,
    *arguments: Argument,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Call *main* with *arguments* and return its exit code and output.

    Args:
        main: The main function of the command.
        arguments: The arguments, decoded like those of a process.
        environ: The whole environment; by default that of this process.
        folder: The working directory; by default that of this process.
    """
    argv = [os.fsdecode(argument) for argument in arguments]
    with ExitStack() as stack:
        # StringIO does not work, since the issuer writes to the descriptor of standard output.
        stdout, stderr = (
            stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in range(2)
        )
        with ExitStack() as redirected:
            redirected.enter_context(redirect_stdout(stdout))
            redirected.enter_context(redirect_stderr(stderr))
            redirected.enter_context(_replaced_environ(environ))
            redirected.enter_context(_kept_signal_handlers())
            if folder is not None:
                redirected.enter_context(chdir(folder))
            returncode = _call(main, argv)
        stdout.seek(0)
        stderr.seek(0)
        return subprocess.CompletedProcess(argv, returncode, stdout.read(), stderr.read())


def _call(main: Main, argv: Sequence[str]) -> int:
    """Return the exit code of *main*, whether it is returned or raised as SystemExit."""
    try:
        return main(argv)
    except SystemExit as leaving:
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr)  # noqa: T201  # as the interpreter does
            return 1
        return leaving.code or 0


@contextmanager
def _replaced_environ(environ: Mapping[str, str] | None) -> Iterator[None]:
    """Replace the environment with *environ*; the width of help is 80 columns."""
    whole = os.environ if environ is None else environ
    with patch.dict(os.environ, {"COLUMNS": "80", **whole}, clear=True):
        yield


@contextmanager
def _kept_signal_handlers() -> Iterator[None]:
    """Restore the signal handlers of this process afterwards."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
