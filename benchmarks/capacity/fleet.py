"""Simulation of the key set fetches of many verifiers during a rotation.

Each verifier gets tokens at random, independent times (a Poisson process). It fetches the key set
if a token arrives and its key set has expired, or if the token names a key that it does not know.
"""

import math
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Final

START_S: Final = -600
END_S: Final = 1800
MAX_AGE_S: Final = 300
"""Default of `TOKEN_ISSUER_KEYS_MAX_AGE`."""
_SEED: Final = 8081


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """A rotation on demand, at 0 s.

    Attributes:
        active_s: When the new key signs. It is published at 0 s.
        removed_s: When the old key is removed.
    """

    active_s: int
    removed_s: int


# The defaults of the issuer: a lead of one second more than `max-age`, and a retention of the
# lifetime of tokens and of key sets.
GRACEFUL: Final = Rotation(active_s=MAX_AGE_S + 1, removed_s=MAX_AGE_S + 1 + 900 + MAX_AGE_S)
EMERGENCY: Final = Rotation(active_s=0, removed_s=0)


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Verifiers that behave alike.

    Attributes:
        title: What is special about them.
        rotation: The rotation that they experience.
        lifetime_s: How long they keep a key set; None if they follow `max-age`.
        early: The last part of the lifetime in which each renews its key set, at a random time.
        late_s: The time after the lifetime in which each does so, and uses the old keys meanwhile.
        count: How many there are.
        tokens_per_s: How many tokens each of them gets.
        cooldown_s: Shortest time between two fetches that are caused by an unknown key.
    """

    title: str
    rotation: Rotation = GRACEFUL
    lifetime_s: int | None = None
    early: float = 0
    late_s: int = 0
    count: int = 10_000
    tokens_per_s: float = 1
    cooldown_s: int = 30


FLEETS: Final = (
    Fleet(title="follow max-age, graceful rotation"),
    Fleet(title="renew at random in the last fifth of max-age, graceful rotation", early=0.2),
    Fleet(title="renew at random up to 60 s after max-age, graceful rotation", late_s=60),
    Fleet(title="keep keys for a day whatever max-age, graceful rotation", lifetime_s=86400),
    Fleet(title="follow max-age, emergency rotation", rotation=EMERGENCY),
)


def count_fetches(fleet: Fleet) -> list[int]:
    """Return the number of fetches in each second from `START_S` to `END_S`."""
    random = Random(_SEED)  # noqa: S311  # a simulation that is the same at each run
    counts: Counter[int] = Counter()
    for _ in range(fleet.count):
        fetched = START_S - random.random() * (fleet.lifetime_s or MAX_AGE_S)
        while (fetched := _find_next_fetch(fleet, fetched, random)) < END_S:
            counts[math.floor(fetched)] += 1
    return [counts[second] for second in range(START_S, END_S)]


def _find_next_fetch(fleet: Fleet, fetched: float, random: Random) -> float:
    lifetime = fleet.lifetime_s or compute_max_age(fetched, fleet.rotation)
    expires = fetched + lifetime * (1 - fleet.early * random.random())
    expires += fleet.late_s * random.random()
    if fetched < 0 <= expires:  # without the new key
        expires = min(expires, max(fleet.rotation.active_s, fetched + fleet.cooldown_s))
    return expires + random.expovariate(fleet.tokens_per_s)


def compute_max_age(time_s: float, rotation: Rotation) -> int:
    """Return the `max-age` of a key set that is fetched at *time_s*, like the issuer does.

    While the next change is known, the time until then is divided into windows of `MAX_AGE_S`, and
    `max-age` counts down to the end of the current window.
    """
    left = rotation.removed_s - time_s
    if time_s < 0 or left <= 0:
        return MAX_AGE_S
    return int(left - max(math.ceil(left / MAX_AGE_S) - 1, 0) * MAX_AGE_S)
