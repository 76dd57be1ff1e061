# DEV-ONLY: never ship to production.
"""The kinds of faults, what each may state, and which of them exclude each other."""

from enum import StrEnum


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


K = FaultKind
DOCUMENT_KINDS = frozenset({
    K.STALE, K.EMPTY, K.MANY, K.DUPLICATE_KID, K.ENC_KEYS, K.UNKNOWN_KTY, K.WEAK_KEY,
    K.PRIVATE_MEMBERS, K.HUGE, K.MALFORMED,
})  # fmt: skip
"""What the body says."""
JWKS_KINDS = frozenset({K.ENC_KEYS, K.UNKNOWN_KTY, K.PRIVATE_MEMBERS})
"""Faults that a JWK can have and a certificate cannot: they leave the certificates alone."""
THROWAWAY_KINDS = frozenset({K.MANY, K.DUPLICATE_KID, K.ENC_KEYS, K.PRIVATE_MEMBERS})
"""Those that show a throw-away key."""
REFUSAL_KINDS = frozenset({K.STATUS, K.REDIRECT})
"""Answers without a key document."""
BREAK_KINDS = frozenset({K.TRUNCATED, K.RESET})
"""Connections that end early."""

OPTIONS: dict[FaultKind, frozenset[str]] = {
    K.STATUS: frozenset({"status", "retry_after"}),
    K.REDIRECT: frozenset({"status", "to"}),
    K.CONTENT_TYPE: frozenset({"content_type"}),
    K.MAX_AGE: frozenset({"max_age"}),
    K.DELAY: frozenset({"delay"}),
    K.DRIP: frozenset({"chunk", "interval"}),
    K.RESET: frozenset({"at"}),
}
"""The fields that a kind understands beside those that every fault has."""


def find_slot(kind: FaultKind) -> frozenset[FaultKind]:
    """Return the kinds of which one answer can have only one; *kind* is among them."""
    return next(
        (kinds for kinds in (REFUSAL_KINDS, BREAK_KINDS) if kind in kinds), frozenset({kind})
    )
