# DEV-ONLY: never ship to production.
"""Faulty certificate documents: the JSON object of certificates by `kid`, with document faults."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from token_issuer.faults.documents.jwks import MANY_KEYS
from token_issuer.faults.kinds import FaultKind
from token_issuer.keys.certificates import certify
from token_issuer.keys.throwaway_keys import WEAK_KID, get_throwaway_key, get_weak_key

_Members = list[tuple[str, str]]  # not a dict: a kid may occur twice
_Change = Callable[[_Members, datetime], _Members]


def change_certificates(body: bytes, kinds: Sequence[FaultKind], now: datetime) -> bytes:
    """Return the document with the faults *kinds*, if they apply to certificates.

    Added certificates have the date *now*.
    """
    members = list(json.loads(body).items())
    for kind in kinds:
        if kind in _CHANGES:
            members = _CHANGES[kind](members, now)
    texts = (f"{json.dumps(kid)}:{json.dumps(certificate)}" for kid, certificate in members)
    return f"{{{','.join(texts)}}}".encode()


def _remove_members(_members: _Members, _now: datetime) -> _Members:
    return []


def _add_many(members: _Members, now: datetime) -> _Members:
    certificate = certify(get_throwaway_key(), now)
    extra = [(f"extra-{number}", certificate) for number in range(MANY_KEYS - len(members))]
    return extra + members


def _duplicate_kids(members: _Members, now: datetime) -> _Members:
    certificate = certify(get_throwaway_key(), now)
    return [(kid, certificate) for kid, _ in members] + members


def _add_weak_key(members: _Members, now: datetime) -> _Members:
    return [(WEAK_KID, certify(get_weak_key(), now)), *members]


_CHANGES: Final[Mapping[FaultKind, _Change]] = {
    FaultKind.EMPTY: _remove_members,
    FaultKind.MANY: _add_many,
    FaultKind.DUPLICATE_KID: _duplicate_kids,
    FaultKind.WEAK_KEY: _add_weak_key,
}
