"""Fixtures: the issuers, and the results of each program."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import pytest

from tests.google_clients.catalogue import LANGUAGES
from tests.google_clients.published import Facts, read_facts
from tests.google_clients.stack import Results, Stack, start_stack
from tests.services import Start

THREADS: Final = 2
"""Programs at a time, on two cores."""

Find = Callable[[str], Results]
"""Waits for the program of a language, and returns its results."""


@pytest.fixture(scope="session")
def facts() -> Facts:
    return read_facts()


@pytest.fixture(scope="session")
def installed() -> Iterator[Callable[[str], None]]:
    """Install all programs at the same time, and return a function that waits for one."""
    with ThreadPoolExecutor(len(LANGUAGES)) as pool:
        jobs = {name: pool.submit(language.install) for name, language in LANGUAGES.items()}
        yield lambda name: jobs[name].result()


@pytest.fixture(scope="module")
def stack(start_shared_issuer: Start, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    return start_stack(start_shared_issuer, tmp_path_factory.mktemp("stack"))


@contextmanager
def run_programs(run: Find) -> Iterator[Mapping[str, Future[Results]]]:
    with ThreadPoolExecutor(THREADS) as pool:
        yield {name: pool.submit(run, name) for name in LANGUAGES}


@pytest.fixture(scope="module")
def find_results(stack: Stack, installed: Callable[[str], None]) -> Iterator[Find]:
    """Return a function that returns the results with all variables."""

    def run(name: str) -> Results:
        installed(name)
        return stack.run(LANGUAGES[name].command())

    with run_programs(run) as jobs:
        yield lambda name: jobs[name].result()


@pytest.fixture(scope="module")
def find_reduced_results(find_results: Find, stack: Stack, facts: Facts) -> Iterator[Find]:
    """Return a function that returns the results with the needed variables alone."""

    def run(name: str) -> Results:
        find_results(name)  # after the installation
        without = set(facts.variables) - set(facts.needed[name])
        return stack.run(LANGUAGES[name].command(), without=without)

    with run_programs(run) as jobs:
        yield lambda name: jobs[name].result()
