# DEV-ONLY: never ship to production.
"""Kinds of faults, their options and paths, and the kinds that exclude each other."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from token_issuer.paths import (
    AUTHORIZE_PATHS,
    DISCOVERY_PATHS,
    KEY_PATHS,
    LOGIN_PATH,
    OAUTH_PATHS,
)


class FaultKind(StrEnum):
    """What is wrong with an endpoint; documents are changed in this order."""

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
    OAUTH_ERROR = "oauth-error"
    CONTENT_TYPE = "content-type"
    MAX_AGE = "max-age"
    DELAY = "delay"
    DRIP = "drip"
    TRUNCATED = "truncated"
    RESET = "reset"


DOCUMENT_KINDS: Final = frozenset({
    FaultKind.STALE,
    FaultKind.EMPTY,
    FaultKind.MANY,
    FaultKind.DUPLICATE_KID,
    FaultKind.ENC_KEYS,
    FaultKind.UNKNOWN_KTY,
    FaultKind.WEAK_KEY,
    FaultKind.PRIVATE_MEMBERS,
    FaultKind.HUGE,
    FaultKind.MALFORMED,
})
"""Faults of the key document."""
JWKS_ONLY_KINDS: Final = frozenset({
    FaultKind.ENC_KEYS,
    FaultKind.UNKNOWN_KTY,
    FaultKind.PRIVATE_MEMBERS,
})
"""Document faults that apply to JWKs but not to certificates and keys in PEM."""
THROWAWAY_KEY_KINDS: Final = frozenset({
    FaultKind.MANY,
    FaultKind.DUPLICATE_KID,
    FaultKind.ENC_KEYS,
    FaultKind.PRIVATE_MEMBERS,
})
"""Document faults that publish a throw-away key."""
REPLACEMENT_KINDS: Final = frozenset({
    FaultKind.STATUS,
    FaultKind.REDIRECT,
    FaultKind.OAUTH_ERROR,
})
"""Faults that send another response; the request has no effect."""
INTERRUPTION_KINDS: Final = frozenset({FaultKind.TRUNCATED, FaultKind.RESET})
"""Faults that close the connection early."""
_RESPONSE_KINDS: Final = frozenset({
    FaultKind.MALFORMED,
    FaultKind.STATUS,
    FaultKind.REDIRECT,
    FaultKind.CONTENT_TYPE,
    FaultKind.DELAY,
    FaultKind.DRIP,
    *INTERRUPTION_KINDS,
})
"""Faults that apply to any response, not only to that of a key endpoint."""

OPTIONS: Final[Mapping[FaultKind, frozenset[str]]] = {
    FaultKind.STATUS: frozenset({"status", "retry_after"}),
    FaultKind.REDIRECT: frozenset({"status", "to"}),
    FaultKind.OAUTH_ERROR: frozenset({"error", "description", "status"}),
    FaultKind.CONTENT_TYPE: frozenset({"content_type"}),
    FaultKind.MAX_AGE: frozenset({"max_age"}),
    FaultKind.DELAY: frozenset({"delay"}),
    FaultKind.DRIP: frozenset({"chunk", "interval"}),
    FaultKind.RESET: frozenset({"at"}),
}
"""The options of each kind, in addition to those of all kinds."""


def find_paths(kind: str) -> tuple[str, ...]:
    """Return the paths of the endpoints that a fault of this *kind* can affect."""
    if kind == FaultKind.OAUTH_ERROR:
        return (*OAUTH_PATHS, *AUTHORIZE_PATHS, LOGIN_PATH)
    if kind in _RESPONSE_KINDS:
        return (*KEY_PATHS, *DISCOVERY_PATHS, *OAUTH_PATHS)
    return KEY_PATHS


def find_exclusive_kinds(kind: FaultKind) -> frozenset[FaultKind]:
    """Return *kind* and the kinds that cannot affect the same response."""
    groups = (REPLACEMENT_KINDS, INTERRUPTION_KINDS)
    return next((kinds for kinds in groups if kind in kinds), frozenset({kind}))
