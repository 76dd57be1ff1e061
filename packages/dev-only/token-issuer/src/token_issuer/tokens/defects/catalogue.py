# DEV-ONLY: never ship to production.
"""The defect catalogue: every defect of tokens and logins by id."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from token_issuer.errors import InvalidInputError, describe_unknown_name
from token_issuer.tokens.defects.defect import Defect, Kind
from token_issuer.tokens.defects.entries import (
    algorithm,
    audience,
    credentials,
    encoding,
    header,
    issuer,
    key,
    login_responses,
    login_tokens,
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

_LOGIN_MODULES: Final = (login_responses, login_tokens)

ENTRIES: Final[Mapping[str, CatalogueEntry]] = MappingProxyType({
    entry.defect.id: entry for module in _MODULES for entry in module.ENTRIES
})
"""Each defect of a token with its minting steps, by id."""
TOKEN_DEFECTS: Final[Mapping[str, Defect]] = MappingProxyType({
    id_: entry.defect for id_, entry in ENTRIES.items()
})
"""The defects of tokens by id, in reading order."""
LOGIN_DEFECTS: Final[Mapping[str, Defect]] = MappingProxyType({
    defect.id: defect for module in _LOGIN_MODULES for defect in module.DEFECTS
})
"""The defects of logins by id, in the order in which they strike."""
CATALOGUE: Final[Mapping[str, Defect]] = MappingProxyType({**TOKEN_DEFECTS, **LOGIN_DEFECTS})
"""All defects by id, in reading order."""


def select_for_logins() -> Mapping[str, Defect]:
    """Return the defects that a login can have: those of logins, and of tokens for ID tokens."""
    of_id_tokens = {id_: each for id_, each in TOKEN_DEFECTS.items() if each.group != "credentials"}
    return {**LOGIN_DEFECTS, **of_id_tokens}


def find_defect(id_: str) -> Defect:
    """Return the defect with this id, of a token or a login.

    Raises:
        InvalidInputError: no defect has this id; the message names similar ones.
    """
    defect = CATALOGUE.get(id_)
    if defect is None:
        problem = describe_unknown_name("defect", id_, CATALOGUE)
        message = f"defect: {problem}; GET /defects and the command token-issuer defects list them"
        raise InvalidInputError(message, "defect")
    return defect


def find_entry(id_: str) -> CatalogueEntry:
    """Return the entry of the token's defect with this id.

    Raises:
        InvalidInputError: no defect has this id, or it is one of logins.
    """
    defect = find_defect(id_)
    if defect.kind is Kind.LOGIN:
        message = (
            f"defect: {id_} is a defect of a login, not of a token; plan such a login by POST "
            "/admin/logins"
        )
        raise InvalidInputError(message, "defect")
    return ENTRIES[id_]
