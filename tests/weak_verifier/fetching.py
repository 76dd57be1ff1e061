"""How a verifier may get its keys: well, or with exactly one weakness."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetching:
    """How keys are fetched; as it stands, without a weakness.

    Attributes:
        honours_max_age: A set is kept for as long as its answer says; else for an hour.
        keeps_sets: A set is used for more than one token.
        cooldown_s: Least time between two fetches that unknown keys cause.
        refetches: A set is ever fetched again.
        retries: After a failed fetch there is another one, later.
        keeps_last_good: After a failed fetch the set in use stays.
        expects_bad_json: What is no key set counts as a failed fetch; else it is an error of ours.
        outlives_bad_json: Such an error concerns the requests of that moment only.
        follows_redirects: The answer may come from anywhere.
        has_deadline: A fetch ends, however steadily the answer trickles.
        drops_removed: A newer set replaces the older one; else it adds to it.
        keeps_older_keys: All keys of a set count; else only the latest one.
        bears_unknown_kids: However many it meets; else a hundred are its end.
        skips_foreign: Keys of unknown types are passed over; else they spoil the set.
        heeds_use: Keys for encryption verify nothing.
        heeds_size: RSA keys below 2048 bits are passed over; else it is the verifier that minds.
        heeds_exposure: Keys whose private part is shown spoil the set; else they count.
        wants_one_of_a_name: Two keys of one name spoil the set; else both count.
    """

    honours_max_age: bool = True
    keeps_sets: bool = True
    cooldown_s: float = 5.0
    refetches: bool = True
    retries: bool = True
    keeps_last_good: bool = True
    expects_bad_json: bool = True
    outlives_bad_json: bool = True
    follows_redirects: bool = False
    has_deadline: bool = True
    drops_removed: bool = True
    keeps_older_keys: bool = True
    bears_unknown_kids: bool = True
    skips_foreign: bool = True
    heeds_use: bool = True
    heeds_size: bool = True
    heeds_exposure: bool = True
    wants_one_of_a_name: bool = True


GOOD: Final = Fetching()
FETCHINGS: Final[Mapping[str, Fetching]] = {
    "good": GOOD,
    "ignores-max-age": replace(GOOD, honours_max_age=False),
    "fetches-for-each-token": replace(GOOD, keeps_sets=False),
    "no-cooldown": replace(GOOD, cooldown_s=0.0),
    "never-refetches": replace(GOOD, honours_max_age=False, refetches=False),
    "gives-up-after-a-failure": replace(GOOD, retries=False),
    "drops-its-keys": replace(GOOD, keeps_last_good=False),
    "crashes-on-bad-json": replace(GOOD, expects_bad_json=False),
    "dies-of-bad-json": replace(GOOD, expects_bad_json=False, outlives_bad_json=False),
    "follows-redirects": replace(GOOD, follows_redirects=True),
    "waits-for-ever": replace(GOOD, has_deadline=False),
    "keeps-removed-keys": replace(GOOD, drops_removed=False),
    "knows-one-key": replace(GOOD, keeps_older_keys=False),
    "dies-of-unknown-kids": replace(GOOD, bears_unknown_kids=False),
    "stumbles-over-foreign-keys": replace(GOOD, skips_foreign=False),
    "accepts-encryption-keys": replace(GOOD, heeds_use=False),
    "accepts-exposed-keys": replace(GOOD, heeds_exposure=False),
    "accepts-namesakes": replace(GOOD, wants_one_of_a_name=False),
}
"""By name: the good way, and each weakness."""
