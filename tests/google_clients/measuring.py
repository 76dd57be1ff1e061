"""Which variables a client needs, and what fails without them."""

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.google_clients.catalogue import FOREIGN, LANGUAGES
from tests.google_clients.stack import ProgramError, Results, Stack


def list_variables(stack: Stack) -> list[str]:
    """Return the names of the variables that `token-issuer google` sets, sorted."""
    inherited = stack.environ
    given = dict(line.partition("=")[::2] for line in stack.run_raw(["env", "-0"]).split("\0"))
    return sorted(name for name, value in given.items() if name and inherited.get(name) != value)


def list_failures(results: Results) -> dict[str, list[str]]:
    """Return the flows that should give a result, but do not, by library."""
    failures = {
        library: [
            name
            for name, outcome in record["flows"].items()
            if "result" not in outcome and not name.startswith(FOREIGN)
        ]
        for library, record in results.items()
    }
    return {library: names for library, names in failures.items() if names}


def find_needed(stack: Stack, language: str, variables: Sequence[str]) -> list[str]:
    """Return variables that suffice, none of which can be left out.

    Names in lower case are left out first, if the same name in upper case does, too.
    """
    needed = list(variables)
    for name in sorted(variables, key=str.isupper):
        rest = [other for other in needed if other != name]
        if suffice(stack, LANGUAGES[language].command(), set(variables) - set(rest)):
            needed = rest
    return needed


def suffice(stack: Stack, command: Sequence[str | Path], without: Iterable[str]) -> bool:
    """Tell whether every flow of a program succeeds *without* these variables."""
    try:
        return not list_failures(stack.run(command, without=without))
    except (ProgramError, subprocess.TimeoutExpired):
        return False
