# DEV-ONLY: never ship to production.
"""Rotation and other changes of the key ring: pure functions of ring, time and event."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from jwt_core import SigningKey

from token_issuer.config.choices import KidStyle, RotationMode
from token_issuer.keys.errors import KeyInUseError, NoSuchKeyError
from token_issuer.keys.ring import KeyRing, KeyState, RingKey, create_ring_key, derive_kid

_MAX_REMOVED_KEYS: Final = 20
"""How many removed keys the ring still lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotate:
    """Replace the signing key of an algorithm.

    Attributes:
        candidate: The new key; the ring gives it a `kid`.
        style: The style of the `kid`.
        mode: How the new key replaces the old one.
        lead: Time from publication to first use (mode `graceful`), or from first use to publication
            (mode `sign-before-publish`).
        retention: How long a key stays published after its last signature.
    """

    candidate: SigningKey
    style: KidStyle
    mode: RotationMode
    lead: timedelta
    retention: timedelta


@dataclass(frozen=True, slots=True)
class EnsureKey:
    """Add the first key of an algorithm; change nothing if the algorithm has one."""

    candidate: SigningKey
    style: KidStyle


@dataclass(frozen=True, slots=True)
class AddPredecessor:
    """Add a fictitious predecessor, so that a new ring publishes two keys from the start.

    Google always publishes at least two keys.

    Attributes:
        candidate: The key; the ring gives it a `kid`.
        style: The style of the `kid`.
        retention: How long it stays published after its successor becomes active.
    """

    candidate: SigningKey
    style: KidStyle
    retention: timedelta


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove the key with this `kid` at once."""

    kid: str


Event = Rotate | EnsureKey | AddPredecessor | Remove


def apply_event(ring: KeyRing, now: datetime, event: Event) -> KeyRing:
    """Return the ring after *event*.

    Raises:
        NoSuchKeyError: the key to remove does not exist, or has been removed.
        KeyInUseError: the key to remove is the active signing key.
    """
    match event:
        case Rotate():
            ring = _rotate(ring, now, event)
        case EnsureKey(candidate=candidate, style=style):
            if ring.find_signer(candidate.algorithm, now) is not None:
                return ring
            ring = _append(ring, create_ring_key(_assign_kid(ring, candidate, style), now))
        case AddPredecessor():
            ring = _add_predecessor(ring, event)
        case Remove(kid=kid):
            ring = _remove(ring, now, kid)
    return _discard_removed_keys(ring, now)


def _rotate(ring: KeyRing, now: datetime, event: Rotate) -> KeyRing:
    candidate = _assign_kid(ring, event.candidate, event.style)
    is_graceful = event.mode is RotationMode.GRACEFUL
    is_emergency = event.mode is RotationMode.EMERGENCY
    active_at = now + event.lead if is_graceful else now
    entry = create_ring_key(candidate, now, active_at=active_at)
    if event.mode is RotationMode.SIGN_BEFORE_PUBLISH:
        entry = replace(entry, hidden_until=now + event.lead)
    removed_at = now if is_emergency else active_at + event.retention
    keys = tuple(
        _retire(key, active_at, removed_at, is_emergency=is_emergency)
        if key.algorithm is candidate.algorithm
        else key
        for key in ring.keys
    )
    return _append(replace(ring, keys=keys), entry)


def _retire(
    key: RingKey, retired_at: datetime, removed_at: datetime, *, is_emergency: bool
) -> RingKey:
    if is_emergency:
        is_later = key.removed_at is None or key.removed_at > removed_at
        return replace(key, retired_at=removed_at, removed_at=removed_at) if is_later else key
    if key.retired_at is not None and key.retired_at <= retired_at:
        return key  # an earlier rotation retires it first
    return replace(key, retired_at=retired_at, removed_at=removed_at)


def _add_predecessor(ring: KeyRing, event: AddPredecessor) -> KeyRing:
    if ring.made != 1:
        return ring
    successor = ring.keys[0]
    created_at = successor.created_at - event.retention
    predecessor = replace(
        create_ring_key(_assign_kid(ring, event.candidate, event.style), created_at),
        retired_at=successor.active_at,
        removed_at=successor.active_at + event.retention,
    )
    return KeyRing((predecessor, successor), ring.made + 1)


def _remove(ring: KeyRing, now: datetime, kid: str) -> KeyRing:
    present = {key.kid: key for key in ring.keys if key.get_state(now) is not KeyState.REMOVED}
    if kid not in present:
        raise NoSuchKeyError(kid, list(present))
    removed = present[kid]
    if removed is ring.find_signer(removed.algorithm, now):
        raise KeyInUseError(kid)
    keys = tuple(
        replace(key, removed_at=now) if key is removed else _replace_successor(key, removed, now)
        for key in ring.keys
    )
    return replace(ring, keys=keys)


def _replace_successor(key: RingKey, removed: RingKey, now: datetime) -> RingKey:
    """Let *key* sign in place of its successor *removed*, if *removed* has not signed yet."""
    is_predecessor = key.algorithm is removed.algorithm and key.retired_at == removed.active_at
    if not is_predecessor or removed.active_at <= now:
        return key
    return replace(key, retired_at=removed.retired_at, removed_at=removed.removed_at)


def _assign_kid(ring: KeyRing, candidate: SigningKey, style: KidStyle) -> SigningKey:
    public_key = candidate.verification_key.public_key
    return replace(candidate, kid=derive_kid(style, public_key, ring.made + 1))


def _append(ring: KeyRing, entry: RingKey) -> KeyRing:
    return KeyRing((*ring.keys, entry), ring.made + 1)


def _discard_removed_keys(ring: KeyRing, now: datetime) -> KeyRing:
    """Delete the private parts of removed keys, and all but the latest of their entries.

    The latest `_MAX_REMOVED_KEYS` entries remain in the ring.
    """
    removed = [key for key in ring.keys if key.get_state(now) is KeyState.REMOVED]
    discarded = {key.kid for key in removed[:-_MAX_REMOVED_KEYS]}
    keys = tuple(
        replace(key, signing_key=None) if key in removed else key
        for key in ring.keys
        if key.kid not in discarded
    )
    return replace(ring, keys=keys)
