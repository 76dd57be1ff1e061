# DEV-ONLY: never ship to production.
"""Standard output, written at once: a full disk or a reader that left is noticed and explained."""

import os
import sys
from collections.abc import Iterable

from token_issuer.errors import OutputError


def write_output(text: str) -> None:
    """Write *text*, or nothing where standard output was closed from the start (`>&-`).

    Raises:
        OutputError: the text did not get there.
    """
    write_parts([text])


def write_parts(parts: Iterable[str]) -> None:
    """Write a text as its parts come; where standard output was closed, none is asked for.

    Raises:
        OutputError: the text did not get there.
    """
    if sys.stdout is None:
        return
    try:
        # Through a stream of its own: what sys.stdout cannot write, it tries again at exit.
        with os.fdopen(sys.stdout.fileno(), "wb", closefd=False) as stream:
            for part in parts:
                stream.write(os.fsencode(part))  # paths need not be text
    except OSError as error:
        message = f"standard output: {error.strerror}"
        raise OutputError(message) from error
