# DEV-ONLY: never ship to production.
"""Minting of defective tokens from the parts of a good token and a catalogue entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from token_issuer.errors import TokenRequestError
from token_issuer.tokens.defects.ingredients import TokenIngredients
from token_issuer.tokens.defects.minting_steps import CatalogueEntry, UnchangedError


@dataclass(frozen=True, slots=True)
class DefectiveToken:
    """A token with a defect.

    Attributes:
        token: The token; a good one if the defect is in the `Authorization` header field.
        authorization: The values of the `Authorization` header fields to send, in order.
    """

    token: str
    authorization: list[str]


def mint_defective(entry: CatalogueEntry, ingredients: TokenIngredients) -> DefectiveToken:
    """Mint the token of *entry*.

    Raises:
        TokenRequestError: the ingredients do not make a good token, cannot be encoded as JSON, or
            the defect would not change the token.
    """
    id_ = entry.defect.id
    _require_good_claims(id_, ingredients.claims, ingredients.now)
    try:
        token = entry.steps.make_token(ingredients)
    except UnchangedError as error:
        message = (
            f"defect: {id_} changes nothing in this token, which would be a good one; request "
            "other values of the claims that it changes"
        )
        raise TokenRequestError(message, "defect") from error
    except ValueError as error:
        message = f"claims: cannot be encoded as a token: {error}"
        raise TokenRequestError(message, "claims") from error
    return DefectiveToken(token, list(entry.steps.to_authorization(token)))


def _require_good_claims(id_: str, claims: Mapping[str, Any], now: int) -> None:
    """Reject claims that would be a second defect of the token."""
    problems = {
        "exp": not _is_number(claims.get("exp")) or claims["exp"] <= now,
        "nbf": "nbf" in claims and (not _is_number(claims["nbf"]) or claims["nbf"] > now),
        "iat": "iat" in claims and (not _is_number(claims["iat"]) or claims["iat"] > now),
        "iss": not _is_text(claims.get("iss")),
        "aud": not _is_audience(claims.get("aud")),
        "sub": not _is_text(claims.get("sub")),
    }
    invalid = [claim for claim, is_invalid in problems.items() if is_invalid]
    if invalid:
        message = (
            f"defect and {invalid[0]} contradict each other: {id_} must be the only thing wrong "
            f"with the token, so it needs a valid {' and a valid '.join(invalid)}; leave out the "
            "defect, or the fields that make the token invalid"
        )
        raise TokenRequestError(message, "defect", *invalid)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_audience(value: object) -> bool:
    audiences = value if isinstance(value, list) else [value]
    return bool(audiences) and all(map(_is_text, audiences))
