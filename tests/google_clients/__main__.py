"""Measure what the clients need, and write the page: `ci/google-clients.sh --write`."""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conftest import provide_issuer_start
from tests.google_clients import installing
from tests.google_clients.catalogue import LANGUAGES
from tests.google_clients.measuring import find_needed, list_failures, list_variables
from tests.google_clients.page import library_key, render_page
from tests.google_clients.published import PAGE, Facts, write_facts
from tests.google_clients.stack import ProgramError, Stack, start_stack
from tests.machine import MissingError
from tests.services import read_clean_environ


def main() -> int:
    """Run the command; return 0, or 1 if a client could not be measured."""
    try:
        for language in LANGUAGES.values():
            language.install()
        with (
            provide_issuer_start(read_clean_environ()) as start,
            tempfile.TemporaryDirectory() as folder,
        ):
            facts = measure(start_stack(start, Path(folder)))
    except (MissingError, ProgramError) as error:
        print(f"ci/google-clients.sh: {error}", file=sys.stderr)
        return 1
    write_facts(facts)
    PAGE.write_text(render_page(facts), encoding="utf-8")
    return 0


def measure(stack: Stack) -> Facts:
    """Return the facts.

    Raises:
        MissingError: The machine has no older Node.
        ProgramError: A program fails, or one of its flows does.
    """
    variables = list_variables(stack)
    results = {name: stack.run(language.command()) for name, language in LANGUAGES.items()}
    failures = {name: found for name in results if (found := list_failures(results[name]))}
    if failures:
        message = f"these flows fail: {failures}"
        raise ProgramError(message)
    with ThreadPoolExecutor() as pool:
        needed = pool.map(lambda name: find_needed(stack, name, variables), LANGUAGES)
    older = installing.find_older_node()
    if older is None:
        message = "Node 20 is missing: install it, so that this can tell what it cannot do"
        raise MissingError(message)
    older_results = stack.run([older, installing.NODE_PROJECT / "client.mjs"])
    return Facts(
        versions={
            library_key(name, library): record["version"]
            for name, result in results.items()
            for library, record in result.items()
        },
        variables=variables,
        needed=dict(zip(LANGUAGES, needed, strict=True)),
        older_node=".".join(map(str, installing.read_version(older))),
        older_node_failures=list_failures(older_results),
    )


if __name__ == "__main__":
    sys.exit(main())
