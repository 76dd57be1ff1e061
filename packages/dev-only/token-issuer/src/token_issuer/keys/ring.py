# DEV-ONLY: never ship to production.
"""The key ring as an immutable value. Its keys hold the times at which their state changes.

Nothing here reads a clock, generates a key or accesses a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from jwt_core import Algorithm, SigningKey, compute_thumbprint
from jwt_core.keys import PublicKey
from proxy_guard.dev_marks import DEFAULT_KID

from token_issuer.config.choices import KidStyle

_HEX_KID_DIGITS: Final = 40
"""The length of Google's key ids."""


class KeyState(StrEnum):
    """The state of a key in the ring.

    Attributes:
        PUBLISHED: In the key documents, so that caches fetch it, but not yet signing.
        ACTIVE: Signing.
        RETIRED: No longer signing, but in the key documents, so that its tokens still verify.
        REMOVED: In no key document; the private key is deleted and the `kid` is not reused.
    """

    PUBLISHED = "published"
    ACTIVE = "active"
    RETIRED = "retired"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RingKey:
    """A key and the times at which its state changes.

    Attributes:
        kid: The key id, unique among all keys the ring has ever had.
        algorithm: The algorithm of its signatures.
        thumbprint: The RFC 7638 thumbprint, which also identifies the key after its removal.
        signing_key: The private key; None once the key is removed.
        created_at: When it was added to the ring.
        active_at: From when it signs.
        retired_at: From when it no longer signs; None if it has no successor.
        removed_at: From when it is removed; None if it has no successor.
        hidden_until: Until when the key documents omit it, even if it signs (rotation mode
            `sign-before-publish`).
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
        """Return the state of the key at *now*."""
        if self.removed_at is not None and self.removed_at <= now:
            return KeyState.REMOVED
        if self.retired_at is not None and self.retired_at <= now:
            return KeyState.RETIRED
        return KeyState.ACTIVE if self.active_at <= now else KeyState.PUBLISHED

    def is_published(self, now: datetime) -> bool:
        """Tell whether the key documents hold the key at *now*."""
        is_hidden = self.hidden_until is not None and now < self.hidden_until
        return not is_hidden and self.get_state(now) is not KeyState.REMOVED

    def iterate_changes(self) -> Iterator[datetime]:
        """Yield each time at which the key changes its state or is published."""
        for time in (self.active_at, self.retired_at, self.removed_at, self.hidden_until):
            if time is not None:
                yield time


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of an issuer, oldest first.

    Attributes:
        keys: The keys, including those removed last.
        made: How many keys the ring has ever had. The `kid` of the next key is derived from it.
    """

    keys: tuple[RingKey, ...]
    made: int = 0

    def find_signer(self, algorithm: Algorithm, now: datetime) -> RingKey | None:
        """Return the key that signs with *algorithm* at *now*; None if the ring has none.

        If no key is active because the clock was set back, return the key that becomes active next.
        """
        usable = [
            key
            for key in self.keys
            if key.algorithm is algorithm
            and key.get_state(now) in {KeyState.ACTIVE, KeyState.PUBLISHED}
        ]
        active = [key for key in usable if key.active_at <= now]
        if active:
            return max(active, key=lambda key: key.active_at)
        return min(usable, key=lambda key: key.active_at, default=None)

    def find_changes_around(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """Return the last change up to *now*, and the first one after it."""
        changes = [time for key in self.keys for time in key.iterate_changes()]
        past = max((time for time in changes if time <= now), default=None)
        return past, min((time for time in changes if time > now), default=None)


def create_ring_key(
    key: SigningKey, now: datetime, *, active_at: datetime | None = None
) -> RingKey:
    """Return the entry of a key that is added to the ring at *now*.

    Args:
        key: The key, with the `kid` that it has in the ring.
        now: When it is added.
        active_at: From when it signs; by default from *now*.
    """
    return RingKey(
        kid=key.kid,
        algorithm=key.algorithm,
        thumbprint=compute_thumbprint(key.verification_key.public_key),
        signing_key=key,
        created_at=now,
        active_at=now if active_at is None else active_at,
    )


def derive_kid(style: KidStyle, public_key: PublicKey, number: int) -> str:
    """Return the `kid` of the *number*-th key of a ring, counted from 1.

    It depends only on the key and its number, so the key of a directory that contains only
    `private.pem` has the same `kid` after each start.
    """
    match style:
        case KidStyle.DEV_KEY:
            return DEFAULT_KID if number == 1 else f"{DEFAULT_KID}-{number}"
        case KidStyle.THUMBPRINT:
            return compute_thumbprint(public_key)
        case KidStyle.HEX:
            return sha256(compute_thumbprint(public_key).encode()).hexdigest()[:_HEX_KID_DIGITS]
