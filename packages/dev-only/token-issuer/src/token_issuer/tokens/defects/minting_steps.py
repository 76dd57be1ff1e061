# DEV-ONLY: never ship to production.
"""The steps that mint a token, from claims to `Authorization`; a defect replaces one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from jwt_core import base64url, strict_json

from token_issuer.tokens.defects.defect import Defect
from token_issuer.tokens.defects.ingredients import TokenIngredients
from token_issuer.tokens.defects.signatures import sign_with_good_key

if TYPE_CHECKING:
    from token_issuer.tokens.defects.reading import TokenReading

ABSENT: Final = object()
"""The value that leaves out a member."""

Members = Mapping[str, Any]


class UnchangedError(Exception):
    """The defect would leave the good token as it is."""


def change_nothing(_: TokenIngredients) -> Members:
    """Change no member."""
    return {}


def keep_compact(compact: str) -> str:
    """Return the compact serialization unchanged."""
    return compact


def to_bearer(token: str) -> Sequence[str]:
    """Return the one `Authorization` value that presents *token* (RFC 6750 §2.1)."""
    return [f"Bearer {token}"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MintingSteps:
    """The steps from the ingredients of a good token to `Authorization` values.

    Attributes:
        header: Returns the header members to set; ABSENT leaves one out.
        claims: Returns the claims to set; ABSENT leaves one out.
        encode_header: Encodes the header.
        encode_payload: Encodes the claims set.
        sign: Signs the signing input.
        transform_compact: Returns the text to send instead of the compact serialization.
        to_authorization: Returns the values of the `Authorization` header fields.
        max_attempts: How many signatures to try until `transform_compact` changes one.
    """

    header: Callable[[TokenIngredients], Members] = change_nothing
    claims: Callable[[TokenIngredients], Members] = change_nothing
    encode_header: Callable[[Members], bytes] = strict_json.encode_object
    encode_payload: Callable[[Members], bytes] = strict_json.encode_object
    sign: Callable[[bytes, TokenIngredients], bytes] = sign_with_good_key
    transform_compact: Callable[[str], str] = keep_compact
    to_authorization: Callable[[str], Sequence[str]] = to_bearer
    max_attempts: int = 1

    def make_token(self, ingredients: TokenIngredients) -> str:
        """Return the token.

        Raises:
            UnchangedError: the token would be a good one.

        Spec: RFC 7515 §3.1
        """
        claims = apply_members(ingredients.claims, self.claims(ingredients))
        if self.claims is not change_nothing and claims == ingredients.claims:
            raise UnchangedError
        header = self.encode_header(apply_members(ingredients.header, self.header(ingredients)))
        payload = self.encode_payload(claims)
        for attempt in range(self.max_attempts):
            # RS256 and EdDSA are deterministic, so another signature needs another signing input:
            # JSON allows trailing spaces (RFC 8259 §2).
            compact = self._sign(header + b" " * attempt, payload, ingredients)
            transformed = self.transform_compact(compact)
            if self.transform_compact is keep_compact or transformed != compact:
                return transformed
        raise UnchangedError

    def _sign(self, header: bytes, payload: bytes, ingredients: TokenIngredients) -> str:
        signing_input = f"{base64url.encode(header)}.{base64url.encode(payload)}"
        signature = self.sign(signing_input.encode(), ingredients)
        return f"{signing_input}.{base64url.encode(signature)}"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A defect, the steps that mint its token, and the symptom by which a reader recognises it.

    Attributes:
        defect: The defect.
        steps: The steps that mint its token.
        shows: Tells whether a token has the symptom. None if only the `Authorization` header
            fields differ from those of a good token.
    """

    defect: Defect
    steps: MintingSteps
    shows: "Callable[[TokenReading], bool] | None" = None

    def is_shown_by(self, reading: "TokenReading") -> bool:
        """Tell whether a token, or the header fields that contain it, show the defect."""
        if self.shows is not None:
            return self.shows(reading)
        return [*reading.fields] == [*self.steps.to_authorization(reading.token)]


def apply_members(good: Members, changes: Members) -> dict[str, Any]:
    """Return *good* with *changes*; ABSENT leaves a member out."""
    return {name: value for name, value in {**good, **changes}.items() if value is not ABSENT}
