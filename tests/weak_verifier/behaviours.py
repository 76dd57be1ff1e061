"""What the service does with requests, beside the checks that it can leave out."""

from enum import StrEnum


class Behaviour(StrEnum):
    """One thing that a service does wrong, or unusually."""

    LOOKS_AT_JKU = "looks-at-jku"
    """It fetches what a token's jku or x5u names, and refuses the token all the same."""
    CRASHES_ON_LARGE_KID = "crashes-on-large-kid"
    """It answers 500."""
    DIES_ON_LARGE_KID = "dies-on-large-kid"
    """The process ends."""
    CLOSES_ON_LARGE_KID = "closes-on-large-kid"
    """It closes the connection without an answer, and lives."""
    LIMITS_UNKNOWN_KIDS = "limits-unknown-kids"
    """After some unknown kids each further token with one gets a 500."""
    HANGS_ON_CRIT = "hangs-on-crit"
    NEEDS_EXACT_SCHEME = "needs-exact-scheme"
    """It refuses `bearer`."""
    ACCEPTS_NO_TOKEN = "accepts-no-token"
    """Without a token it lets everybody in."""
    ANSWERS_429 = "answers-429"
    """Each refusal is a 429."""
    SLOW = "slow"
    """A third of a second for each answer."""
