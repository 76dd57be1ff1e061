# DEV-ONLY: never ship to production.
"""The ring as people and programs may see it: nothing secret."""

from datetime import datetime
from typing import Annotated

from jwt_core import Algorithm
from msgspec import Meta, Struct

from token_issuer.keys.ring import KeyState, RingKey
from token_issuer.keys.service import KeyService

Moment = Annotated[datetime, Meta(tz=True)]


class KeyDescription(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A key of the ring, without anything secret."""

    kid: str
    alg: Algorithm
    state: KeyState
    published: Annotated[bool, Meta(description="Whether the key documents show it.")]
    thumbprint: Annotated[str, Meta(description="RFC 7638.")]
    created_at: Moment
    active_at: Moment
    retired_at: Moment | None = None
    removed_at: Moment | None = None


class KeyList(Struct, frozen=True, kw_only=True):
    """The ring, oldest key first."""

    keys: list[KeyDescription]
    next_change: Annotated[
        Moment | None, Meta(description="When the key documents change next, if that is known.")
    ]


def describe_keys(keys: KeyService) -> KeyList:
    """Describe the whole ring, oldest key first, and when its documents change next."""
    now = keys.clock()
    described = [describe_key(key, now) for key in keys.view.ring.keys]
    return KeyList(keys=described, next_change=keys.view.next_document_change)


def describe_key(key: RingKey, now: datetime) -> KeyDescription:
    """Describe one key as it stands at *now*."""
    return KeyDescription(
        kid=key.kid,
        alg=key.algorithm,
        state=key.get_state(now),
        published=key.is_published(now),
        thumbprint=key.thumbprint,
        created_at=key.created_at,
        active_at=key.active_at,
        retired_at=key.retired_at,
        removed_at=key.removed_at,
    )
