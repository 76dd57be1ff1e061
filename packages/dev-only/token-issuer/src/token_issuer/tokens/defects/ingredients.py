# DEV-ONLY: never ship to production.
"""The ingredients of a defective token: the parts of a good one, and the attacker."""

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
    """The parts of a good token, and the attacker who may replace some of them.

    Attributes:
        claims: The claims set of the good token.
        key: The signing key of the good token.
        now: The time of issue, in seconds since 1970.
        jwks: The published JWK Set.
        attacker: An attacker with a key that is not in the JWK Set.
        base_url: The base URL under which the verifier can fetch the attacker's keys; None if no
            running issuer serves them.
    """

    claims: Mapping[str, Any]
    key: SigningKey
    now: int
    jwks: bytes
    attacker: Attacker
    base_url: str | None

    @property
    def header(self) -> dict[str, Any]:
        """The header of the good token."""
        return {"alg": self.key.algorithm.value, "typ": "JWT", "kid": self.key.kid}

    def get_text_claim(self, claim: str) -> str:
        """Return *claim* of the good token, or its first item if it is a list."""
        value = self.claims[claim]
        text: str = value[0] if isinstance(value, list) else value
        return text

    def build_attacker_url(self, path: str) -> str:
        """Return the URL under which the attacker publishes the document at *path*.

        Raises:
            TokenRequestError: no running issuer serves it.
        """
        if self.base_url is None:
            message = (
                "defect: the token points to keys of an attacker, which only a running issuer "
                "serves; request it by POST /token or make-token --url"
            )
            raise TokenRequestError(message, "defect")
        return self.base_url + path

    @property
    def pem(self) -> bytes:
        """The public key as PEM (SubjectPublicKeyInfo), with a line break at the end."""
        return self._encode_public_key(Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The public key as DER (SubjectPublicKeyInfo)."""
        return self._encode_public_key(Encoding.DER)

    @property
    def pkcs1_pem(self) -> bytes:
        """The public RSA key as PEM of PKCS #1 (RFC 8017 §A.1.1)."""
        return self._encode_public_key(Encoding.PEM, PublicFormat.PKCS1)

    @property
    def jwk(self) -> bytes:
        """The public key as the JSON text that the JWK Set holds."""
        return json.dumps(encode_jwk(self.key.verification_key), separators=(",", ":")).encode()

    @cached_property
    def attacker_key(self) -> SigningKey:
        """The attacker's key, with the `kid` of the good key."""
        return self.attacker.get_key(self.key.kid)

    @property
    def attacker_certificate(self) -> str:
        """The attacker's certificate as base64 of its DER (RFC 7515 §4.1.6)."""
        return "".join(self.attacker.encode_certificate().splitlines()[1:-1])

    def _encode_public_key(
        self, encoding: Encoding, kind: PublicFormat = PublicFormat.SubjectPublicKeyInfo
    ) -> bytes:
        return self.key.verification_key.public_key.public_bytes(encoding, kind)
