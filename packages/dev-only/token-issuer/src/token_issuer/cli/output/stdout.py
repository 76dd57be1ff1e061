# DEV-ONLY: never ship to production.
"""Standard output, flushed at once, so that a full disk or a closed pipe is reported."""

import os
import sys
from collections.abc import Iterable

from token_issuer.errors import OutputError


def write_output(text: str) -> None:
    """Write *text*; do nothing if standard output was closed at the start (`>&-`).

    Raises:
        OutputError: standard output cannot be written.
    """
    write_parts([text])


def write_parts(parts: Iterable[str]) -> None:
    """Write *parts* one by one; do not iterate if standard output was closed at the start.

    Raises:
        OutputError: standard output cannot be written.
    """
    if sys.stdout is None:
        return
    try:
        # Not through sys.stdout: the interpreter flushes its failed writes again at exit.
        with os.fdopen(sys.stdout.fileno(), "wb", closefd=False) as stream:
            for part in parts:
                stream.write(os.fsencode(part))  # paths may hold bytes that are not UTF-8
    except OSError as error:
        message = f"standard output: {error.strerror}"
        raise OutputError(message) from error
