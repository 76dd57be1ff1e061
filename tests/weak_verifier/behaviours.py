"""Faulty or unusual behaviour of the service, besides omitted checks."""

from enum import StrEnum


class Behaviour(StrEnum):
    """One thing that a service does wrong, or unusually."""

    LOOKS_AT_JKU = "looks-at-jku"
    """Fetches the jku or x5u of a token, and refuses the token anyway."""
    CRASHES_ON_LARGE_KID = "crashes-on-large-kid"
    """Responds with 500."""
    DIES_ON_LARGE_KID = "dies-on-large-kid"
    """The process ends."""
    CLOSES_ON_LARGE_KID = "closes-on-large-kid"
    """Closes the connection without a response, and continues to serve."""
    LIMITS_UNKNOWN_KIDS = "limits-unknown-kids"
    """Responds with 500 to further unknown kids after the first three."""
    HANGS_ON_CRIT = "hangs-on-crit"
    NEEDS_EXACT_SCHEME = "needs-exact-scheme"
    """Refuses the scheme `bearer` in lower case."""
    ACCEPTS_NO_TOKEN = "accepts-no-token"
    """Accepts requests without a token."""
    ANSWERS_429 = "answers-429"
    """Refuses with 429."""
    SLOW = "slow"
    """Takes 0.3 s for each response."""
