# DEV-ONLY: never ship to production.
"""What a defect is made of: a good token before it is signed, and what an attacker has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt_core import SigningKey, encode_jwk

from token_issuer.errors import TokenRequestError
from token_issuer.keys.attacker import Attacker


@dataclass(frozen=True, kw_only=True)
class TokenIngredients:
    """A good token, taken apart, and what else a defect may use.

    Attributes:
        claims: Its claims set.
        key: The key that signs it.
        now: When it is made, in seconds since the epoch.
        jwks: The JWK Set as it is published.
        attacker: Who has a key of his own, and a place to publish it.
        base_url: Under which URL the verifier finds what the attacker publishes; None where
            nobody serves it.
    """

    claims: Mapping[str, Any]
    key: SigningKey
    now: int
    jwks: bytes
    attacker: Attacker
    base_url: str | None

    @property
    def header(self) -> dict[str, Any]:
        """Its header."""
        return {"alg": self.key.algorithm.value, "typ": "JWT", "kid": self.key.kid}

    def get_text(self, claim: str) -> str:
        """Return a claim that the good token has as text; of a list, the first."""
        value = self.claims[claim]
        text: str = value[0] if isinstance(value, list) else value
        return text

    def locate(self, path: str) -> str:
        """Return the URL under which the attacker publishes something.

        Raises:
            TokenRequestError: nobody serves it, and another process has another attacker.
        """
        if self.base_url is None:
            message = (
                "defect: it points to keys of an attacker that only a running issuer serves: let "
                "one make it, by POST /token or make-token --url"
            )
            raise TokenRequestError(message, "defect")
        return self.base_url + path

    @property
    def pem(self) -> bytes:
        """The public key as PEM, with the line break at its end."""
        return self._encode_public_key(Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The public key as DER (SubjectPublicKeyInfo)."""
        return self._encode_public_key(Encoding.DER)

    @property
    def pkcs1_pem(self) -> bytes:
        """The public RSA key as PEM of the older kind (RFC 8017 §A.1.1)."""
        return self._encode_public_key(Encoding.PEM, PublicFormat.PKCS1)

    @property
    def jwk(self) -> bytes:
        """The public key as JWK text, as it stands in the published set."""
        return json.dumps(encode_jwk(self.key.verification_key), separators=(",", ":")).encode()

    @cached_property
    def attacker_key(self) -> SigningKey:
        """The attacker's key, under the name of the good one."""
        return self.attacker.provide_key(self.key.kid)

    @property
    def attacker_certificate(self) -> str:
        """The attacker's certificate as base64 of its DER (RFC 7515 §4.1.6)."""
        return "".join(self.attacker.encode_certificate().splitlines()[1:-1])

    def _encode_public_key(
        self, encoding: Encoding, kind: PublicFormat = PublicFormat.SubjectPublicKeyInfo
    ) -> bytes:
        return self.key.verification_key.public_key.public_bytes(encoding, kind)
