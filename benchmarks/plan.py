"""Plans: a full run for the documents, and a quick one that checks that everything works."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Counts and durations.

    Attributes:
        rounds: Number of turns of each subject.
        seconds: Duration of a turn of load, and of `openssl speed`, in seconds.
        starts: Number of rounds of measurements that start a process.
        tokens: Number of tokens before memory is measured again.
        logins: Number of logins before memory is measured again.
        batch: Number of tokens of one `make-token --count`.
        verifications: Number of tokens that are verified in one turn.
        ring_sizes: Numbers of keys to compare the cost of a token with; the first is the base.
        log_size: Number of requests in a full request log.
    """

    rounds: int
    seconds: int
    starts: int
    tokens: int
    logins: int
    batch: int
    verifications: int
    ring_sizes: tuple[int, ...]
    log_size: int


FULL: Final = Plan(
    rounds=7,
    seconds=4,
    starts=15,
    tokens=100_000,
    logins=100_000,
    batch=100_000,
    verifications=4000,
    ring_sizes=(1, 10, 100),
    log_size=100_000,
)
QUICK: Final = Plan(
    rounds=1,
    seconds=1,
    starts=1,
    tokens=300,
    logins=100,
    batch=500,
    verifications=200,
    ring_sizes=(1, 3),
    log_size=2000,
)
