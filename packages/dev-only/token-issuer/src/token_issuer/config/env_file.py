# DEV-ONLY: never ship to production.
"""Env files: dotenv syntax without substitution. Each line must set a variable.

A line that sets no variable is an error, because ignoring `NODE_ENV production` would be dangerous.
Error messages give the line number but not the text, because the text may contain a secret.
"""

import io
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from token_issuer.errors import show_path
from token_issuer.input_files import read_text_input


def read_env_file(path: Path) -> tuple[dict[str, str], list[str]]:
    """Return the variables of *path*, and the mistakes in it."""
    shown = show_path(path)
    try:
        bindings = list(parse_stream(io.StringIO(read_text_input(path))))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        expected = "expected a text file of NAME=VALUE lines"
        return {}, [f"--env-file: {shown} cannot be read: {reason}; {expected}"]
    problems = [
        f"--env-file: {shown} line {_find_line(binding)}: expected NAME=VALUE on a separate line"
        for binding in bindings
        if binding.error or (binding.key is not None and binding.value is None)
    ]
    return {b.key: b.value for b in bindings if b.key and b.value}, problems


def _find_line(binding: Binding) -> int:
    """Return the number of the line with the text; the parser numbers the blank line above it."""
    text = binding.original.string
    blank = text[: len(text) - len(text.lstrip())]
    return binding.original.line + blank.count("\n")
