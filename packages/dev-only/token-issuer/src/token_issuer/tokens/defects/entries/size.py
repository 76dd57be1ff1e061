# DEV-ONLY: never ship to production.
"""Defects of the size: tokens that are too long."""

from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import set_members
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import CatalogueEntry, MintingSteps

ENTRIES: Final = (
    CatalogueEntry(
        Defect(
            id="size-100kb",
            group="size",
            title="a token of 100 kB",
            wrong="The claim `filling` makes the token about 100 kB long.",
            why="Each request then costs memory and time before it is refused or accepted. No "
            "specification has a limit: only a crash is wrong.",
            source="RFC 9110 §5.4",
            verdict=Verdict.EITHER,
            severity=Severity.MEDIUM,
            check="size",
        ),
        MintingSteps(claims=set_members(filling="x" * 74_500)),
    ),
)
