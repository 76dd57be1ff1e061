# DEV-ONLY: never ship to production.
"""The kinds of faults, what each may state, and which of them exclude each other."""

from enum import StrEnum
from typing import Final


class FaultKind(StrEnum):
    """What can be wrong with a key endpoint; documents are changed in this order."""

    STALE = "stale"
    EMPTY = "empty"
    MANY = "many"
    DUPLICATE_KID = "duplicate-kid"
    ENC_KEYS = "enc-keys"
    UNKNOWN_KTY = "unknown-kty"
    WEAK_KEY = "weak-key"
    PRIVATE_MEMBERS = "private-members"
    HUGE = "huge"
    MALFORMED = "malformed"
    STATUS = "status"
    REDIRECT = "redirect"
    CONTENT_TYPE = "content-type"
    MAX_AGE = "max-age"
    DELAY = "delay"
    DRIP = "drip"
    TRUNCATED = "truncated"
    RESET = "reset"


_K = FaultKind
DOCUMENT_KINDS: Final = frozenset({
    _K.STALE, _K.EMPTY, _K.MANY, _K.DUPLICATE_KID, _K.ENC_KEYS, _K.UNKNOWN_KTY, _K.WEAK_KEY,
    _K.PRIVATE_MEMBERS, _K.HUGE, _K.MALFORMED,
})  # fmt: skip
"""What the body says."""
JWKS_KINDS: Final = frozenset({_K.ENC_KEYS, _K.UNKNOWN_KTY, _K.PRIVATE_MEMBERS})
"""Faults that a JWK can have and a certificate cannot: they leave the certificates alone."""
THROWAWAY_KINDS: Final = frozenset({_K.MANY, _K.DUPLICATE_KID, _K.ENC_KEYS, _K.PRIVATE_MEMBERS})
"""Those that show a throw-away key."""
REFUSAL_KINDS: Final = frozenset({_K.STATUS, _K.REDIRECT})
"""Answers without a key document."""
BREAK_KINDS: Final = frozenset({_K.TRUNCATED, _K.RESET})
"""Connections that end early."""

OPTIONS: dict[FaultKind, frozenset[str]] = {
    _K.STATUS: frozenset({"status", "retry_after"}),
    _K.REDIRECT: frozenset({"status", "to"}),
    _K.CONTENT_TYPE: frozenset({"content_type"}),
    _K.MAX_AGE: frozenset({"max_age"}),
    _K.DELAY: frozenset({"delay"}),
    _K.DRIP: frozenset({"chunk", "interval"}),
    _K.RESET: frozenset({"at"}),
}
"""The fields that a kind understands beside those that every fault has."""


def find_slot(kind: FaultKind) -> frozenset[FaultKind]:
    """Return the kinds of which one answer can have only one; *kind* is among them."""
    return next(
        (kinds for kinds in (REFUSAL_KINDS, BREAK_KINDS) if kind in kinds), frozenset({kind})
    )
