# DEV-ONLY: never ship to production.
"""The catalogue as a whole."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from token_issuer.errors import TokenRequestError
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
from token_issuer.tokens.defects.recipe import Entry

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

ENTRIES: Mapping[str, Entry] = MappingProxyType({
    entry.defect.id: entry for module in _MODULES for entry in module.ENTRIES
})
"""Each defect and how it is made, by id."""
CATALOGUE: Mapping[str, Defect] = MappingProxyType({
    id_: entry.defect for id_, entry in ENTRIES.items()
})
"""All defects by id, in the order in which people should read them."""


def find_entry(id_: str) -> Entry:
    """Return the entry of this id.

    Raises:
        TokenRequestError: no defect has this id; the message names those that look like it.
    """
    entry = ENTRIES.get(id_)
    if entry is None:
        close = get_close_matches(id_[:80].lower(), ENTRIES, n=3, cutoff=0.5)
        hint = f" (did you mean {' or '.join(close)}?)" if close else ""
        message = (
            f"defect: no defect is named '{id_[:80]}'{hint}; GET /defects and the command "
            "token-issuer defects list them"
        )
        raise TokenRequestError(message, "defect")
    return entry
