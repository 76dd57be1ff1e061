# DEV-ONLY: never ship to production.
"""A token as a reader sees it: the facts by which catalogue entries recognise their defects."""

import hmac
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from token_issuer.keys.attacker import Attacker
from token_issuer.tokens.defects.ingredients import TokenIngredients
from token_issuer.tokens.defects.signers import Signer, TokenSignature
from token_issuer.tokens.lenient_decoding import Decoded, JsonPart, decode_base64, read_json

REPEATED: Final = object()
"""The value of a member that an object contains more than once."""
_JWT_PARTS: Final = 3

Likeness = Literal["", "slash", "padded", "look-alike", "case", "prefix", "extended", "wrong"]
"""The way in which a name differs from the expected one: the end of the id of the defect."""


@dataclass(frozen=True, kw_only=True)
class TokenReading:
    """A token, and what is known about those that this issuer issues.

    Attributes:
        token: The token.
        fields: The values of the `Authorization` header fields that contain it, if they are known.
        choose_expected: Returns the expected issuer and audience of a token with this `iss`.
        now: The current time, in seconds since 1970.
        ring: The ingredients of good tokens by the `kid` of their key.
        attacker: The attacker.
    """

    token: str
    fields: Sequence[str]
    choose_expected: Callable[[str], tuple[str, str]]
    now: float
    ring: Mapping[str, TokenIngredients]
    attacker: Attacker

    @cached_property
    def parts(self) -> list[str]:
        """The parts between the dots."""
        return self.token.split(".")

    @cached_property
    def decoded(self) -> list[Decoded]:
        """The first three parts, decoded; absent ones are empty."""
        return [decode_base64(part) for part in [*self.parts, "", ""][:_JWT_PARTS]]

    @cached_property
    def header_part(self) -> JsonPart:
        """The header as it is written."""
        return read_json(self.decoded[0].data or b"")

    @cached_property
    def payload_part(self) -> JsonPart:
        """The payload as it is written."""
        return read_json(self.payload)

    @property
    def payload(self) -> bytes:
        """The decoded payload; empty if it is not base64url."""
        return self.decoded[1].data or b""

    @cached_property
    def header(self) -> dict[str, Any]:
        """The header; empty if it cannot be read. A repeated parameter is REPEATED."""
        return _collect(self.header_part)

    @cached_property
    def claims(self) -> dict[str, Any]:
        """The claims; empty if they cannot be read. A repeated claim is REPEATED."""
        return _collect(self.payload_part)

    @property
    def issuer(self) -> str:
        """The expected issuer."""
        return self._expected[0]

    @property
    def audience(self) -> str:
        """The expected audience."""
        return self._expected[1]

    @cached_property
    def _expected(self) -> tuple[str, str]:
        return self.choose_expected(self.get_text("iss"))

    @cached_property
    def signature(self) -> TokenSignature:
        """The signature; empty if it is missing or not base64url."""
        return TokenSignature(
            header=self.header,
            signing_input=".".join(self.parts[:2]).encode("utf-8", "replace"),
            value=self.decoded[2].data or b"",
            is_readable=self.decoded[2].data is not None,
            ring=self.ring,
            attacker=self.attacker,
        )

    @property
    def alg(self) -> str:
        """`alg`; empty if it is not a string."""
        return self.signature.alg

    @property
    def kid(self) -> str:
        """`kid`; empty if it is not a string."""
        kid = self.header.get("kid")
        return kid if isinstance(kid, str) else ""

    @property
    def signature_part(self) -> str | None:
        """The third part; None if it is missing."""
        return next(iter(self.parts[2:]), None)

    @property
    def is_signed_by_other(self) -> bool:
        """Whether `kid` names a key of the ring, but another known key made the signature."""
        known = Signer.OTHER_KEY, Signer.ATTACKER
        return self.signature.named is not None and self.signature.found.signer in known

    @property
    def is_changed(self) -> bool:
        """Whether the token was changed after it was signed.

        Only RSA signatures of PKCS #1 v1.5 prove it. For others, the subject of the defect
        `claims-tampered` is taken as a sign of it.
        """
        signature = self.signature
        return (
            len(signature.value) == signature.size > 0
            and signature.found.signer is Signer.UNKNOWN
            and (
                signature.signer_of_other_content is not None
                or self.get_text("sub") == "somebody-else"
            )
        )

    @property
    def is_extended(self) -> bool:
        """Whether bytes follow a signature by the key that `kid` names."""
        value, size = self.signature.value, self.signature.size
        return len(value) > size > 0 and self.signature.is_made_by_named(value[:size])

    @property
    def named_alg(self) -> str:
        """The algorithm of the key that `kid` names; empty if it names none."""
        named = self.signature.named
        return "" if named is None else named.key.algorithm.value

    @property
    def critical(self) -> list[Any]:
        """`crit`; empty if it is not a list."""
        critical = self.header.get("crit")
        return critical if isinstance(critical, list) else []

    @property
    def audiences(self) -> list[Any]:
        """`aud`; empty if it is not a list."""
        audiences = self.claims.get("aud")
        return audiences if isinstance(audiences, list) else []

    def get_media_type(self, name: str) -> str:
        """Return `typ` or `cty` in its short form and lower case; empty if it is not a string."""
        media_type = self.header.get(name)
        text = media_type if isinstance(media_type, str) else ""
        return text.lower().removeprefix("application/")

    def get_likeness(self, claim: Literal["iss", "aud"]) -> Likeness:
        """Return how a name differs from the expected one; empty if it does not, or is not text."""
        value = self.get_text(claim)
        expected = self.issuer if claim == "iss" else self.audience
        if value in {"", expected}:
            return ""
        found: dict[Likeness, bool] = {
            "slash": claim == "iss" and value == f"{expected}/",
            "padded": claim == "aud" and value.strip() == expected,
            "look-alike": claim == "iss" and expected.isascii() and not value.isascii(),
            "case": value.lower() == expected.lower(),
            "prefix": expected.startswith(value),
            "extended": value.startswith(expected),
        }
        return next((likeness for likeness, is_found in found.items() if is_found), "wrong")

    def lacks(self, claim: str) -> bool:
        """Tell whether the claims can be read and do not contain *claim*."""
        return self.payload_part.members is not None and claim not in self.claims

    def get_number(self, claim: str) -> float:
        """Return *claim*; NaN, which no comparison accepts, if it is not a number."""
        value = self.claims.get(claim)
        return value if isinstance(value, int | float) and self.is_number(claim) else math.nan

    def is_number(self, claim: str) -> bool:
        """Tell whether *claim* is a number."""
        value = self.claims.get(claim)
        return isinstance(value, int | float) and not isinstance(value, bool)

    def is_nan(self, claim: str) -> bool:
        """Tell whether *claim* is written as NaN."""
        value = self.claims.get(claim)
        return isinstance(value, float) and math.isnan(value)

    def get_text(self, claim: str) -> str:
        """Return *claim*; empty if it is not a string."""
        value = self.claims.get(claim)
        return value if isinstance(value, str) else ""

    def is_keyed_with(self, read_secret: Callable[[TokenIngredients], bytes], alg: str) -> bool:
        """Tell whether the signature is an HS256 keyed with a secret.

        Args:
            read_secret: Returns the secret that an attacker makes of a public key.
            alg: The algorithm of this key; empty for any.
        """
        signature = self.signature
        return self.alg == "HS256" and any(
            signature.value == hmac.digest(read_secret(good), signature.signing_input, "sha256")
            for good in self.ring.values()
            if alg in {"", good.key.algorithm}
        )


def _collect(part: JsonPart) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for member in part.members or ():
        members[member.name] = REPEATED if member.name in members else member.value
    return members
