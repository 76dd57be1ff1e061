# DEV-ONLY: never ship to production.
"""From a good token's material to a token with a defect."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from token_issuer.errors import TokenRequestError
from token_issuer.tokens.defects.ingredients import TokenIngredients
from token_issuer.tokens.defects.recipe import Entry, UnchangedError


@dataclass(frozen=True, slots=True)
class DefectiveToken:
    """A token with a defect.

    Attributes:
        token: The token, as far as there is one text that may be called so.
        authorization: The values of the `Authorization` header fields to send, in order.
    """

    token: str
    authorization: list[str]


def mint_defective(entry: Entry, material: TokenIngredients) -> DefectiveToken:
    """Make the token of *entry*.

    Raises:
        TokenRequestError: what it is made from would not be a good token, or is no JSON; or the
            token would stay a good one.
    """
    _check_is_good(entry.defect.id, material.claims, material.now)
    try:
        token = entry.recipe.make_token(material)
    except UnchangedError as error:
        message = (
            f"defect: {entry.defect.id} changes nothing in this token, and a good one would pass "
            "for a bad one; ask for another value of what it is made from"
        )
        raise TokenRequestError(message, "defect") from error
    except ValueError as error:
        message = f"claims: they cannot be made into a token: {error}"
        raise TokenRequestError(message, "claims") from error
    return DefectiveToken(token, list(entry.recipe.to_authorization(token)))


def _check_is_good(id_: str, claims: Mapping[str, Any], now: int) -> None:
    """Refuse what would be wrong in a second way."""
    problems = {
        "exp": not _is_number(claims.get("exp")) or claims["exp"] <= now,
        "nbf": "nbf" in claims and (not _is_number(claims["nbf"]) or claims["nbf"] > now),
        "iat": "iat" in claims and (not _is_number(claims["iat"]) or claims["iat"] > now),
        "iss": not _is_text(claims.get("iss")),
        "aud": not _is_audience(claims.get("aud")),
        "sub": not _is_text(claims.get("sub")),
    }
    wrong = [claim for claim, is_wrong in problems.items() if is_wrong]
    if wrong:
        message = (
            f"defect and {wrong[0]} contradict each other: {id_} is the one thing that is wrong "
            f"with a good token, and that needs a good {', '.join(wrong)}; leave the defect out, "
            "or the other fields that make the token bad"
        )
        raise TokenRequestError(message, "defect", *wrong)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_audience(value: object) -> bool:
    named = value if isinstance(value, list) else [value]
    return bool(named) and all(map(_is_text, named))
