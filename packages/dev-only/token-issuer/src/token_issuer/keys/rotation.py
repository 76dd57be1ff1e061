# DEV-ONLY: never ship to production.
"""The steps of the key ring, each a pure function: ring, moment and event in, next ring out."""

from typing import Final
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jwt_core import SigningKey

from token_issuer.config.choices import KidStyle, RotationMode
from token_issuer.keys.errors import KeyInUseError, NoSuchKeyError
from token_issuer.keys.kids import name_key
from token_issuer.keys.ring import KeyRing, KeyState, RingKey, enter_ring

_REMEMBERED: Final = 20  # removed keys that the ring still lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotate:
    """A new key takes over from those of its algorithm.

    Attributes:
        candidate: The new key; the ring names it.
        style: How the ring names it.
        mode: How it takes over.
        lead: Graceful: how long it is published before it signs. Sign-before-publish: how long it
            signs before it is published.
        retention: How long a key stays published after it has signed for the last time.
    """

    candidate: SigningKey
    style: KidStyle
    mode: RotationMode
    lead: timedelta
    retention: timedelta


@dataclass(frozen=True, slots=True)
class EnsureKey:
    """The first key of an algorithm; nothing where there is one."""

    candidate: SigningKey
    style: KidStyle


@dataclass(frozen=True, slots=True)
class AddPredecessor:
    """A key that the only one has taken over from, as if the ring were older than it is.

    Attributes:
        candidate: The key; the ring names it.
        style: How the ring names it.
        retention: How long it stays published, from when the other one began to sign.
    """

    candidate: SigningKey
    style: KidStyle
    retention: timedelta


@dataclass(frozen=True, slots=True)
class Remove:
    """The key of this name goes at once."""

    kid: str


Event = Rotate | EnsureKey | AddPredecessor | Remove


def apply_event(ring: KeyRing, now: datetime, event: Event) -> KeyRing:
    """Return the ring after *event*.

    Raises:
        NoSuchKeyError: the key to remove does not exist, or no longer.
        KeyInUseError: the key to remove is the one that signs.
    """
    match event:
        case Rotate():
            ring = _rotate(ring, now, event)
        case EnsureKey(candidate=candidate, style=style):
            if ring.find_signer(candidate.algorithm, now) is not None:
                return ring
            ring = _append(ring, enter_ring(_name(ring, candidate, style), now))
        case AddPredecessor():
            ring = _precede(ring, event)
        case Remove(kid=kid):
            ring = _remove(ring, now, kid)
    return _forget_removed(ring, now)


def _rotate(ring: KeyRing, now: datetime, event: Rotate) -> KeyRing:
    named = _name(ring, event.candidate, event.style)
    is_graceful = event.mode is RotationMode.GRACEFUL
    switch = now + event.lead if is_graceful else now
    entry = enter_ring(named, now, active_at=switch)
    if event.mode is RotationMode.SIGN_BEFORE_PUBLISH:
        entry = replace(entry, hidden_until=now + event.lead)
    removal = now if event.mode is RotationMode.EMERGENCY else switch + event.retention
    keys = tuple(
        _supersede(key, switch, removal, is_emergency=event.mode is RotationMode.EMERGENCY)
        if key.algorithm is named.algorithm
        else key
        for key in ring.keys
    )
    return _append(replace(ring, keys=keys), entry)


def _supersede(key: RingKey, switch: datetime, removal: datetime, *, is_emergency: bool) -> RingKey:
    if is_emergency:
        is_later = key.removed_at is None or key.removed_at > removal
        return replace(key, retired_at=removal, removed_at=removal) if is_later else key
    if key.retired_at is not None and key.retired_at <= switch:
        return key  # an earlier rotation has settled when it goes
    return replace(key, retired_at=switch, removed_at=removal)


def _precede(ring: KeyRing, event: AddPredecessor) -> KeyRing:
    if ring.made != 1:
        return ring
    follower = ring.keys[0]
    earlier = follower.created_at - event.retention
    entry = replace(
        enter_ring(_name(ring, event.candidate, event.style), earlier),
        retired_at=follower.active_at,
        removed_at=follower.active_at + event.retention,
    )
    return KeyRing((entry, follower), ring.made + 1)


def _remove(ring: KeyRing, now: datetime, kid: str) -> KeyRing:
    alive = {key.kid: key for key in ring.keys if key.get_state(now) is not KeyState.REMOVED}
    if kid not in alive:
        raise NoSuchKeyError(kid, ", ".join(alive))
    leaving = alive[kid]
    if leaving is ring.find_signer(leaving.algorithm, now):
        raise KeyInUseError(kid)
    keys = tuple(
        replace(key, removed_at=now) if key is leaving else _take_over(key, leaving, now)
        for key in ring.keys
    )
    return replace(ring, keys=keys)


def _take_over(key: RingKey, leaving: RingKey, now: datetime) -> RingKey:
    """Let the predecessor of a key that never came to sign go on in its place."""
    is_predecessor = key.algorithm is leaving.algorithm and key.retired_at == leaving.active_at
    if not is_predecessor or leaving.active_at <= now:
        return key
    return replace(key, retired_at=leaving.retired_at, removed_at=leaving.removed_at)


def _name(ring: KeyRing, candidate: SigningKey, style: KidStyle) -> SigningKey:
    public_key = candidate.verification_key.public_key
    return replace(candidate, kid=name_key(style, public_key, ring.made + 1))


def _append(ring: KeyRing, entry: RingKey) -> KeyRing:
    return KeyRing((*ring.keys, entry), ring.made + 1)


def _forget_removed(ring: KeyRing, now: datetime) -> KeyRing:
    """Drop the private parts of removed keys, and the oldest of these keys altogether."""
    gone = [key for key in ring.keys if key.get_state(now) is KeyState.REMOVED]
    forgotten = {key.kid for key in gone[:-_REMEMBERED]}
    keys = tuple(
        replace(key, signing_key=None) if key in gone else key
        for key in ring.keys
        if key.kid not in forgotten
    )
    return replace(ring, keys=keys)
