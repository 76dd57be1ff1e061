# DEV-ONLY: never ship to production.
"""Defects of the size: tokens that are too long."""

from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import set_members
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import CatalogueEntry, MintingSteps

_LONG: Final = 90_000
_HUGE: Final = 1_000_000
"""The subject of the defect `sub-huge`."""

ENTRIES: Final = (
    CatalogueEntry(
        Defect(
            id="size-100kb",
            group="size",
            title="a token of 100 kB",
            wrong="The claim `filling` makes the token about 100 kB long.",
            why="Each request costs memory and time before the token is accepted or rejected. No "
            "specification sets a limit. Only a crash is wrong.",
            source="RFC 9110 §5.4",
            verdict=Verdict.EITHER,
            severity=Severity.MEDIUM,
            check="size",
        ),
        MintingSteps(claims=set_members(filling="x" * 74_500)),
        lambda t: _LONG <= len(t.token) < _HUGE,
    ),
)
