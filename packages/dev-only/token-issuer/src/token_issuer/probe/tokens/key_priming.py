# DEV-ONLY: never ship to production.
"""Publication of the keys of defective tokens, before these tokens are sent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.results import Reaction
from token_issuer.probe.target.client import Target
from token_issuer.tokens.defects.defect import Defect

_GOOD_ALGORITHM: Final = "RS256"
_MAX_FETCH_WAIT_S: Final = 6.0
_INTERVAL_S: Final = 0.4


def needs_publication(defect: Defect) -> bool:
    """Return whether the key that signs the token of *defect* must be published first."""
    return bool(defect.fault) or defect.alg not in {"", _GOOD_ALGORITHM}


@contextmanager
def publish_keys(target: Target, issuer: IssuerClient, defects: Sequence[Defect]) -> Iterator[bool]:
    """Publish the keys of the tokens with these defects, and make the target fetch them.

    Yields:
        Whether the target fetched the keys. A token with an unknown kid makes a verifier fetch
        them, except during its cooldown.
    """
    faults = sorted({defect.fault for defect in defects if defect.fault})
    try:
        if faults:
            issuer.set_faults(*({"kind": fault} for fault in faults))
        yield _wait_for_fetch(target, issuer, defects)
    finally:
        if faults:
            issuer.reset_faults()


def _wait_for_fetch(target: Target, issuer: IssuerClient, defects: Sequence[Defect]) -> bool:
    algorithms = sorted({defect.alg for defect in defects if defect.alg})
    tokens = [issuer.mint(alg=algorithm) for algorithm in algorithms]
    tokens += [issuer.mint(defect=defect.id) for defect in defects if defect.fault]
    fetches_before = issuer.count_key_fetches()
    timer = target.timing.start_timer()
    while timer.seconds < _MAX_FETCH_WAIT_S:
        for token in tokens:
            reaction = target.send(token.authorization).reaction
            if reaction in {Reaction.CRASHED, Reaction.HUNG}:
                return True  # the check of this token will show the failure
            if issuer.count_key_fetches() > fetches_before:
                return True
        target.timing.sleep(_INTERVAL_S)
    return False
