"""Faulty or unusual behaviours of the service, in addition to omitted checks."""

from enum import StrEnum


class Behaviour(StrEnum):
    """One faulty or unusual behaviour of a service."""

    LOOKS_AT_JKU = "looks-at-jku"
    """Fetches the jku or x5u of a token, but rejects the token."""
    CRASHES_ON_LARGE_KID = "crashes-on-large-kid"
    """Responds with 500."""
    DIES_ON_LARGE_KID = "dies-on-large-kid"
    """The process ends."""
    CLOSES_ON_LARGE_KID = "closes-on-large-kid"
    """Closes the connection without a response, but continues to serve."""
    LIMITS_UNKNOWN_KIDS = "limits-unknown-kids"
    """Responds with 500 to further unknown kids after the first three."""
    HANGS_ON_CRIT = "hangs-on-crit"
    NEEDS_EXACT_SCHEME = "needs-exact-scheme"
    """Rejects the scheme `bearer` in lower case."""
    ACCEPTS_NO_TOKEN = "accepts-no-token"
    """Accepts requests without a token."""
    ANSWERS_429 = "answers-429"
    """Rejects tokens with 429."""
    ANSWERS_500_TO_MALFORMED = "answers-500-to-malformed"
    """Responds with 500 to requests without a token, and to text that is not a token."""
    CLOSES_ON_MALFORMED = "closes-on-malformed"
    """Closes the connection without a response to the same requests."""
    SLOW = "slow"
    """Takes 0.3 s for each response."""
