# DEV-ONLY: never ship to production.
"""How a token comes about, step by step; a defect replaces the one step that goes wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jwt_core import base64url, strict_json

from token_issuer.tokens.defects.defect import Defect
from token_issuer.tokens.defects.ingredients import TokenIngredients
from token_issuer.tokens.defects.signatures import sign_properly

ABSENT: Final = object()
"""The value of a member that is left out."""

Members = Mapping[str, Any]


class UnchangedError(Exception):
    """The good token is already what the defect would make of it."""


def leave(_: TokenIngredients) -> Members:
    """Change no member."""
    return {}


def serialize_compact(compact: str) -> str:
    """Leave the compact serialization as it is."""
    return compact


def to_bearer(token: str) -> Sequence[str]:
    """Return the one `Authorization` header field that bears *token* (RFC 6750 §2.1)."""
    return [f"Bearer {token}"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """The steps from a good token's material to `Authorization` header fields.

    Attributes:
        header: Members that the header has instead or besides; ABSENT leaves one out.
        claims: Likewise, of the claims set.
        encode_header: From header to bytes.
        encode_payload: From claims set to bytes.
        sign: From signing input to signature.
        transform_compact: From the compact serialization to what is sent instead.
        to_authorization: From that to the values of the `Authorization` header fields.
        attempts: How many signatures to try until `transform_compact` changes one.
    """

    header: Callable[[TokenIngredients], Members] = leave
    claims: Callable[[TokenIngredients], Members] = leave
    encode_header: Callable[[Members], bytes] = strict_json.encode_object
    encode_payload: Callable[[Members], bytes] = strict_json.encode_object
    sign: Callable[[bytes, TokenIngredients], bytes] = sign_properly
    transform_compact: Callable[[str], str] = serialize_compact
    to_authorization: Callable[[str], Sequence[str]] = to_bearer
    attempts: int = 1

    def make_token(self, material: TokenIngredients) -> str:
        """Make the token.

        Raises:
            UnchangedError: it would be a good one.

        Spec: RFC 7515 §3.1
        """
        claims = _apply(material.claims, self.claims(material))
        if self.claims is not leave and claims == material.claims:
            raise UnchangedError
        header = self.encode_header(_apply(material.header, self.header(material)))
        payload = self.encode_payload(claims)
        for attempt in range(self.attempts):
            # RS256 and EdDSA sign the same bytes in the same way, so a further signature needs
            # other bytes: JSON may be followed by spaces (RFC 8259 §2).
            compact = self._sign(header + b" " * attempt, payload, material)
            spelled = self.transform_compact(compact)
            if self.transform_compact is serialize_compact or spelled != compact:
                return spelled
        raise UnchangedError

    def _sign(self, header: bytes, payload: bytes, material: TokenIngredients) -> str:
        signing_input = f"{base64url.encode(header)}.{base64url.encode(payload)}"
        signature = self.sign(signing_input.encode(), material)
        return f"{signing_input}.{base64url.encode(signature)}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A defect and how it is made."""

    defect: Defect
    recipe: Recipe


def _apply(good: Members, changes: Members) -> Members:
    return {name: value for name, value in {**good, **changes}.items() if value is not ABSENT}
