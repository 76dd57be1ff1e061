# DEV-ONLY: never ship to production.
"""Making the target fetch keys that it does not have yet."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from token_issuer.probe.issuer_control import IssuerClient
from token_issuer.probe.results import Reaction
from token_issuer.probe.target.target import Target
from token_issuer.tokens.defects.defect import Defect

_USUAL_ALGORITHM: Final = "RS256"
_WAIT_S: Final = 6.0
_PAUSE_S: Final = 0.4


def needs_keys(defect: Defect) -> bool:
    """Tell whether its token is signed by a key that is not that of good tokens."""
    return bool(defect.fault) or defect.alg not in {"", _USUAL_ALGORITHM}


@contextmanager
def offer_keys(target: Target, issuer: IssuerClient, defects: Sequence[Defect]) -> Iterator[bool]:
    """Publish the keys of the tokens with these defects, and let the target fetch them.

    Yields:
        Whether it did. A token under a key that it does not know makes a verifier fetch, but not
        while it cools down from the last time.
    """
    faults = sorted({defect.fault for defect in defects if defect.fault})
    try:
        if faults:
            issuer.set_faults(*({"kind": fault} for fault in faults))
        yield _let_fetch(target, issuer, defects)
    finally:
        if faults:
            issuer.reset_faults()


def _let_fetch(target: Target, issuer: IssuerClient, defects: Sequence[Defect]) -> bool:
    algorithms = sorted({defect.alg for defect in defects if defect.alg})
    tokens = [issuer.mint(alg=algorithm) for algorithm in algorithms]
    tokens += [issuer.mint(defect=defect.id) for defect in defects if defect.fault]
    before = issuer.count_key_fetches()
    timer = target.timing.start_timer()
    while timer.seconds < _WAIT_S:
        for token in tokens:
            reaction = target.send(token.authorization).reaction
            if reaction in {Reaction.CRASHED, Reaction.HUNG}:
                return True  # whatever made it do so will show when its token is judged
            if issuer.count_key_fetches() > before:
                return True
        target.timing.sleep(_PAUSE_S)
    return False
