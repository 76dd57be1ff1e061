# DEV-ONLY: never ship to production.
"""The kinds of faults in words, for the OpenAPI document and the forms that are derived from it."""

from collections.abc import Mapping
from typing import Any, Final

from token_issuer.faults.kinds import OPTIONS, FaultKind, find_paths

_TEXTS: Final[Mapping[FaultKind, str]] = {
    FaultKind.STALE: "The key documents stay as they are now, although keys change.",
    FaultKind.EMPTY: "The key documents hold no keys.",
    FaultKind.MANY: "The key documents hold 1,000 keys, the good ones last.",
    FaultKind.DUPLICATE_KID: "Each kid appears twice, the first time with a key that signs "
    "nothing.",
    FaultKind.ENC_KEYS: "A key for encryption (use: enc) precedes the good ones.",
    FaultKind.UNKNOWN_KTY: "A key of an unknown kty precedes the good ones.",
    FaultKind.WEAK_KEY: "An RSA key of 1024 bits precedes the good ones.",
    FaultKind.PRIVATE_MEMBERS: "A throw-away key with its private part precedes the good ones.",
    FaultKind.HUGE: "The key documents are 10 MB long: spaces precede the last brace.",
    FaultKind.MALFORMED: "The last brace of a JSON response is missing.",
    FaultKind.STATUS: "The response has an error status.",
    FaultKind.REDIRECT: "The response redirects to another URL of the endpoint, to another host, "
    "or to itself, endlessly.",
    FaultKind.OAUTH_ERROR: "The response is an OAuth error.",
    FaultKind.CONTENT_TYPE: "The content is good, but its Content-Type is wrong.",
    FaultKind.MAX_AGE: "Cache-Control and Expires of the key documents name another lifetime.",
    FaultKind.DELAY: "The response is delayed.",
    FaultKind.DRIP: "The body arrives in small pieces.",
    FaultKind.TRUNCATED: "The connection ends after half of the body.",
    FaultKind.RESET: "The connection is reset.",
}


def describe_fault_kinds() -> dict[str, dict[str, Any]]:
    """Return the description, the options and the paths of each kind."""
    return {
        kind: {
            "description": text,
            "options": sorted(OPTIONS.get(kind, ())),
            "paths": list(find_paths(kind)),
        }
        for kind, text in _TEXTS.items()
    }
