"""Ways of fetching keys: correctly, or with exactly one weakness."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetching:
    """How a verifier fetches keys; the defaults have no weakness.

    Attributes:
        respects_max_age: Keeps a set for its max-age; otherwise for an hour.
        caches_sets: Uses a set for more than one token.
        cooldown_s: Shortest time between two fetches for unknown kids, in seconds.
        refetches: Fetches a set more than once.
        retries: Fetches again some time after a failed fetch.
        keeps_last_set: Keeps the set in use after a failed fetch.
        handles_bad_json: Treats an invalid key set as a failed fetch; otherwise crashes.
        survives_bad_json: Recovers from such a crash; otherwise every later request fails.
        follows_redirects: Follows redirects to any host.
        has_deadline: Ends a fetch after 2 s, even if parts of the document still arrive.
        drops_removed_keys: Replaces the old set with the new one; otherwise merges them.
        keeps_all_keys: Uses all keys of a set; otherwise only the last one.
        survives_unknown_kids: Accepts any number of unknown kids; otherwise fails after 100.
        skips_unknown_types: Skips keys of unknown types; otherwise rejects the set.
        checks_use: Skips encryption keys.
        checks_size: Skips RSA keys below 2048 bits; otherwise leaves that to the verifier.
        refuses_private_keys: Rejects a set with a private key; otherwise uses the key.
        refuses_duplicate_kids: Rejects a set with two keys with the same kid; otherwise uses both.
    """

    respects_max_age: bool = True
    caches_sets: bool = True
    cooldown_s: float = 5.0
    refetches: bool = True
    retries: bool = True
    keeps_last_set: bool = True
    handles_bad_json: bool = True
    survives_bad_json: bool = True
    follows_redirects: bool = False
    has_deadline: bool = True
    drops_removed_keys: bool = True
    keeps_all_keys: bool = True
    survives_unknown_kids: bool = True
    skips_unknown_types: bool = True
    checks_use: bool = True
    checks_size: bool = True
    refuses_private_keys: bool = True
    refuses_duplicate_kids: bool = True


GOOD: Final = Fetching()
FETCHINGS: Final[Mapping[str, Fetching]] = {
    "good": GOOD,
    "ignores-max-age": replace(GOOD, respects_max_age=False),
    "fetches-for-each-token": replace(GOOD, caches_sets=False),
    "no-cooldown": replace(GOOD, cooldown_s=0.0),
    "never-refetches": replace(GOOD, respects_max_age=False, refetches=False),
    "gives-up-after-a-failure": replace(GOOD, retries=False),
    "drops-its-keys": replace(GOOD, keeps_last_set=False),
    "crashes-on-bad-json": replace(GOOD, handles_bad_json=False),
    "dies-of-bad-json": replace(GOOD, handles_bad_json=False, survives_bad_json=False),
    "follows-redirects": replace(GOOD, follows_redirects=True),
    "waits-for-ever": replace(GOOD, has_deadline=False),
    "keeps-removed-keys": replace(GOOD, drops_removed_keys=False),
    "knows-one-key": replace(GOOD, keeps_all_keys=False),
    "dies-of-unknown-kids": replace(GOOD, survives_unknown_kids=False),
    "stumbles-over-foreign-keys": replace(GOOD, skips_unknown_types=False),
    "accepts-encryption-keys": replace(GOOD, checks_use=False),
    "accepts-exposed-keys": replace(GOOD, refuses_private_keys=False),
    "accepts-namesakes": replace(GOOD, refuses_duplicate_kids=False),
}
"""The correct way and each weakness, by name."""
