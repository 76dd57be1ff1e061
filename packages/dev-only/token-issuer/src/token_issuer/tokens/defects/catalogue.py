# DEV-ONLY: never ship to production.
"""The defect catalogue: every defect by id."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from token_issuer.errors import InvalidInputError, describe_unknown_name
from token_issuer.tokens.defects.defect import Defect
from token_issuer.tokens.defects.entries import (
    algorithm,
    audience,
    credentials,
    encoding,
    header,
    issuer,
    key,
    signature,
    size,
    subject,
    time,
)
from token_issuer.tokens.defects.minting_steps import CatalogueEntry

_MODULES: Final = (
    signature,
    algorithm,
    key,
    header,
    time,
    audience,
    issuer,
    subject,
    encoding,
    size,
    credentials,
)

ENTRIES: Final[Mapping[str, CatalogueEntry]] = MappingProxyType({
    entry.defect.id: entry for module in _MODULES for entry in module.ENTRIES
})
"""Each defect with its minting steps, by id."""
CATALOGUE: Final[Mapping[str, Defect]] = MappingProxyType({
    id_: entry.defect for id_, entry in ENTRIES.items()
})
"""All defects by id, in reading order."""


def find_entry(id_: str) -> CatalogueEntry:
    """Return the entry with this id.

    Raises:
        InvalidInputError: no defect has this id; the message names similar ones.
    """
    entry = ENTRIES.get(id_)
    if entry is None:
        problem = describe_unknown_name("defect", id_, ENTRIES)
        message = f"defect: {problem}; GET /defects and the command token-issuer defects list them"
        raise InvalidInputError(message, "defect")
    return entry
