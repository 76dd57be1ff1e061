# DEV-ONLY: never ship to production.
"""The ring as people and programs may see it: nothing secret."""

from datetime import datetime
from typing import Any

from token_issuer.keyring.ring import RingKey
from token_issuer.keyring.service import KeyService


def describe_keys(keys: KeyService) -> dict[str, Any]:
    """Describe the whole ring, oldest key first, and when its documents change next."""
    now = keys.clock()
    return {
        "keys": [describe_key(key, now) for key in keys.view.ring.keys],
        "next_change": keys.find_next_document_change(),
    }


def describe_key(key: RingKey, now: datetime) -> dict[str, Any]:
    """Describe one key as it stands at *now*."""
    described = {
        "kid": key.kid,
        "alg": key.algorithm.value,
        "state": key.get_state(now).value,
        "published": key.is_published(now),
        "thumbprint": key.thumbprint,
        "created_at": key.created_at,
        "active_at": key.active_at,
        "retired_at": key.retired_at,
        "removed_at": key.removed_at,
    }
    return {name: value for name, value in described.items() if value is not None}
