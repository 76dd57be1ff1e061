# DEV-ONLY: never ship to production.
"""The key ring as a record: each key carries its whole timeline, so that time alone moves it on.

Nothing here reads a clock, generates a key or touches a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from jwt_core import Algorithm, SigningKey, compute_thumbprint


class KeyState(StrEnum):
    """Where a key stands.

    Attributes:
        PUBLISHED: In the documents, so that caches learn it; does not sign yet.
        ACTIVE: Signs.
        RETIRED: No longer signs; in the documents, so that its tokens still verify.
        REMOVED: Gone: its private part is forgotten, its name is never given again.
    """

    PUBLISHED = "published"
    ACTIVE = "active"
    RETIRED = "retired"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RingKey:
    """A key and the moments of its life.

    Attributes:
        kid: Its name, unique in the ring for ever.
        algorithm: What it signs with.
        thumbprint: RFC 7638 thumbprint; tells keys apart after the private part is forgotten.
        signing_key: None once the key is removed.
        created_at: When it came into the ring.
        active_at: From when it signs.
        retired_at: From when it no longer signs; None while no successor is known.
        removed_at: From when it is gone.
        hidden_until: Until when it is kept out of the documents, though it may sign: the fault
            `sign-before-publish`.
    """

    kid: str
    algorithm: Algorithm
    thumbprint: str
    signing_key: SigningKey | None = field(repr=False)
    created_at: datetime
    active_at: datetime
    retired_at: datetime | None = None
    removed_at: datetime | None = None
    hidden_until: datetime | None = None

    def get_state(self, now: datetime) -> KeyState:
        """Name the state of the key at *now*."""
        if self.removed_at is not None and self.removed_at <= now:
            return KeyState.REMOVED
        if self.retired_at is not None and self.retired_at <= now:
            return KeyState.RETIRED
        return KeyState.ACTIVE if self.active_at <= now else KeyState.PUBLISHED

    def is_published(self, now: datetime) -> bool:
        """Tell whether the documents show the key at *now*."""
        is_hidden = self.hidden_until is not None and now < self.hidden_until
        return not is_hidden and self.get_state(now) is not KeyState.REMOVED

    def iterate_changes(self) -> Iterator[datetime]:
        """Yield each moment at which the key changes its state or its visibility."""
        for moment in (self.active_at, self.retired_at, self.removed_at, self.hidden_until):
            if moment is not None:
                yield moment


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys, in the order in which they came.

    Attributes:
        keys: The keys, and the latest of those that were removed.
        made: How many keys the ring has had, for the names of the next ones.
    """

    keys: tuple[RingKey, ...]
    made: int = 0

    def find_signer(self, algorithm: Algorithm, now: datetime) -> RingKey | None:
        """Return the key that signs with *algorithm* at *now*; None where there is none.

        A clock that was set back to before a key's time must not leave the ring without one: then
        the key that comes next signs.
        """
        alive = [
            key
            for key in self.keys
            if key.algorithm is algorithm
            and key.get_state(now) in {KeyState.ACTIVE, KeyState.PUBLISHED}
        ]
        active = [key for key in alive if key.active_at <= now]
        if active:
            return max(active, key=lambda key: key.active_at)
        return min(alive, key=lambda key: key.active_at, default=None)

    def find_changes_around(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """Return the last change up to *now*, and the first one after it."""
        changes = [moment for key in self.keys for moment in key.iterate_changes()]
        past = max((moment for moment in changes if moment <= now), default=None)
        return past, min((moment for moment in changes if moment > now), default=None)


def enter_ring(key: SigningKey, now: datetime, *, active_at: datetime | None = None) -> RingKey:
    """Give a key its first entry: created at *now*, active from then on unless told otherwise."""
    return RingKey(
        kid=key.kid,
        algorithm=key.algorithm,
        thumbprint=compute_thumbprint(key.verification_key.public_key),
        signing_key=key,
        created_at=now,
        active_at=now if active_at is None else active_at,
    )
