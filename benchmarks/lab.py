"""The input of each experiment: plan, subjects and load generator."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks.answers import check_answers
from benchmarks.load import LoadGenerator
from benchmarks.plan import Plan
from benchmarks.processes import Server
from benchmarks.subjects import ISSUER, ISSUER_ON_ALL_CORES, Subject


@dataclass(frozen=True, kw_only=True)
class Lab:
    """Plan, subjects and load generator of a run.

    Attributes:
        plan: Counts and durations.
        subjects: Our issuer and its peers, by name.
        load: The load generator.
    """

    plan: Plan
    subjects: dict[str, Subject]
    load: LoadGenerator

    @property
    def issuer(self) -> Subject:
        """Our own subject."""
        return self.subjects[ISSUER]

    @property
    def minting_subjects(self) -> dict[str, Subject]:
        """Subjects that mint a token in response to one request."""
        return {name: subject for name, subject in self.subjects.items() if subject.token}

    @property
    def login_subjects(self) -> dict[str, Subject]:
        """Subjects that log users in."""
        return {name: subject for name, subject in self.subjects.items() if subject.login}

    @property
    def issuer_on_all_cores(self) -> Subject:
        """Our own subject with one worker per core."""
        workers = str(os.cpu_count() or 1)
        return self.issuer.configure(ISSUER_ON_ALL_CORES, TOKEN_ISSUER_WORKERS=workers)

    @contextmanager
    def run_all(
        self,
        subjects: dict[str, Subject],
        check: Callable[[Subject, Server], None] = check_answers,
    ) -> Iterator[dict[str, Server]]:
        """Run *subjects* at the same time; *check* their responses before and after the block."""
        with ExitStack() as stack:
            servers = {
                name: stack.enter_context(subject.run()) for name, subject in subjects.items()
            }
            for name, server in servers.items():
                check(subjects[name], server)
            yield servers
            for name, server in servers.items():
                check(subjects[name], server)
