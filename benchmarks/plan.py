"""How much is measured: in full for the documents, or just enough to see that all of it works."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Counts and durations.

    Attributes:
        rounds: How often each subject has its turn.
        seconds: How long a turn of load lasts, and one of `openssl speed`.
        starts: Rounds of those measurements that start a process.
        tokens: How many are minted before the memory is looked at again.
        batch: How many tokens one `make-token --count` makes.
        verifications: How many tokens are verified in one turn.
        ring_sizes: With how many keys the cost of a token is compared; the first is the base.
        log_size: How many requests a full request log holds.
    """

    rounds: int
    seconds: int
    starts: int
    tokens: int
    batch: int
    verifications: int
    ring_sizes: tuple[int, ...]
    log_size: int


FULL: Final = Plan(
    rounds=7,
    seconds=4,
    starts=15,
    tokens=100_000,
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
    batch=500,
    verifications=200,
    ring_sizes=(1, 3),
    log_size=2000,
)
