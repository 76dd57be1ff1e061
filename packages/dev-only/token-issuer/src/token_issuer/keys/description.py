# DEV-ONLY: never ship to production.
"""Descriptions of the key ring for people and programs, without private keys."""

from datetime import datetime
from typing import Annotated

from jwt_core import Algorithm
from msgspec import Meta, Struct

from token_issuer.keys.ring import KeyState, RingKey
from token_issuer.keys.service import KeyService
from token_issuer.timing.timestamps import Timestamp


class KeyDescription(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A key of the ring, without its private part."""

    kid: str
    alg: Algorithm
    state: KeyState
    published: Annotated[bool, Meta(description="Whether the key documents hold it.")]
    thumbprint: Annotated[str, Meta(description="RFC 7638.")]
    created_at: Timestamp
    published_at: Annotated[
        Timestamp, Meta(description="From when the key documents hold it, unless it is removed.")
    ]
    active_at: Annotated[Timestamp, Meta(description="From when it signs.")]
    retired_at: Timestamp | None = None
    removed_at: Timestamp | None = None


class KeyList(Struct, frozen=True, kw_only=True):
    """The ring, oldest key first."""

    keys: list[KeyDescription]
    now: Annotated[
        Timestamp,
        Meta(description="The time by which keys change: that of the system clock."),
    ]
    next_change: Annotated[
        Timestamp | None,
        Meta(description="When the key documents change next; null: no change is planned."),
    ]


def describe_keys(keys: KeyService) -> KeyList:
    """Describe the ring, oldest key first, and its next change."""
    now = keys.clock()
    described = [describe_key(key, now) for key in keys.view.ring.keys]
    return KeyList(keys=described, now=now, next_change=keys.view.next_document_change)


def describe_key(key: RingKey, now: datetime) -> KeyDescription:
    """Describe *key* at *now*."""
    return KeyDescription(
        kid=key.kid,
        alg=key.algorithm,
        state=key.get_state(now),
        published=key.is_published(now),
        thumbprint=key.thumbprint,
        created_at=key.created_at,
        published_at=key.hidden_until or key.created_at,
        active_at=key.active_at,
        retired_at=key.retired_at,
        removed_at=key.removed_at,
    )
