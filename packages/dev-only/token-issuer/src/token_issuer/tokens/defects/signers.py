# DEV-ONLY: never ship to production.
"""Who made the signature of a token, according to the keys of this issuer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from jwt_core import Algorithm, KeyFormatError, PublicKey, decode_jwk

from token_issuer.keys.attacker import Attacker
from token_issuer.keys.throwaway_keys import WEAK_KID, get_weak_key
from token_issuer.tokens.defects.ingredients import TokenIngredients

_RSA_NAMES: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
_USUAL_RSA_NAMES: Final = ("RS256", "PS256")
_PAIR_BYTES: Final = 64
"""The size of a signature of ES256 (RFC 7518 §3.4) or Ed25519 (RFC 8032 §5.1.6)."""
_PAIR_NAMES: Final = frozenset({"ES256", "EdDSA", "Ed25519"})


class Signer(StrEnum):
    """Who made a signature.

    Attributes:
        NAMED_KEY: The key of the ring that `kid` names.
        OTHER_KEY: Another key of the ring.
        WEAK_KEY: The key that the fault `weak-key` publishes.
        ATTACKER: The attacker's key.
        EMBEDDED_KEY: The key that the header contains as `jwk`.
        UNKNOWN: None of these.
        NOBODY: The token has no signature.
    """

    NAMED_KEY = "named-key"
    OTHER_KEY = "other-key"
    WEAK_KEY = "weak-key"
    ATTACKER = "attacker"
    EMBEDDED_KEY = "embedded-key"
    UNKNOWN = "unknown"
    NOBODY = "nobody"


class FoundSigner(NamedTuple):
    """Who made a signature, with which key of the ring and which algorithm."""

    signer: Signer
    kid: str | None = None
    alg: str | None = None


@dataclass(frozen=True, kw_only=True)
class TokenSignature:
    """The signature of a token, and the keys that may have made it.

    Attributes:
        header: The header of the token.
        signing_input: The two parts that are signed, as they are written.
        value: The signature; empty if it cannot be read.
        is_readable: Whether it can be read: it is base64url, or missing.
        ring: The ingredients of good tokens by the `kid` of their key.
        attacker: The attacker.
    """

    header: Mapping[str, Any]
    signing_input: bytes
    value: bytes
    is_readable: bool
    ring: Mapping[str, TokenIngredients]
    attacker: Attacker

    @property
    def alg(self) -> str:
        """The `alg` of the header; empty if it is not a string."""
        alg = self.header.get("alg")
        return alg if isinstance(alg, str) else ""

    @property
    def named(self) -> TokenIngredients | None:
        """The ingredients of the ring whose key `kid` names."""
        kid = self.header.get("kid")
        return self.ring.get(kid) if isinstance(kid, str) else None

    @property
    def size(self) -> int:
        """The number of bytes of a signature with this `kid` and `alg`; 0 if it is not known."""
        if self.alg in _PAIR_NAMES:
            return _PAIR_BYTES
        key = None if self.named is None else self.named.key.private_key
        if self.alg in _RSA_NAMES and isinstance(key, rsa.RSAPrivateKey):
            return key.key_size // 8
        return 0

    @cached_property
    def found(self) -> FoundSigner:
        """Who made it. The key that `kid` names is tried first."""
        if not self.value:
            return FoundSigner(Signer.NOBODY if self.is_readable else Signer.UNKNOWN)
        for good in self._ordered:
            key = good.key
            if alg := self._find_alg(key.verification_key.public_key, key.algorithm):
                is_named = good is self.named
                return FoundSigner(Signer.NAMED_KEY if is_named else Signer.OTHER_KEY, key.kid, alg)
        for signer, public_key, algorithm in self._find_outsiders():
            if alg := self._find_alg(public_key, algorithm):
                return FoundSigner(signer, None, alg)
        return FoundSigner(Signer.UNKNOWN)

    @cached_property
    def is_embedded(self) -> bool | None:
        """Whether the `jwk` of the header made it; None if the header contains no usable key."""
        try:
            key = decode_jwk(self.header["jwk"])
        except (KeyError, KeyFormatError):
            return None
        return bool(self._find_alg(key.public_key, key.algorithm))

    @cached_property
    def signer_of_other_content(self) -> str | None:
        """The `kid` of the RSA key that made it for other parts; None if no key did.

        Only signatures of PKCS #1 v1.5 show it: they contain the hash of the signed content.
        """
        for good in self._ordered:
            public_key = good.key.verification_key.public_key
            if isinstance(public_key, rsa.RSAPublicKey):
                try:
                    public_key.recover_data_from_signature(self.value, padding.PKCS1v15(), SHA256())
                except (InvalidSignature, ValueError):
                    continue
                return good.key.kid
        return None

    def is_made_by_named(self, value: bytes) -> bool:
        """Tell whether the key that `kid` names made *value* for these parts."""
        named = self.named
        return named is not None and _verifies(
            named.key.verification_key.public_key,
            named.key.algorithm,
            self.signing_input,
            value,
        )

    @property
    def _ordered(self) -> Sequence[TokenIngredients]:
        return sorted(self.ring.values(), key=lambda good: good is not self.named)

    def _find_outsiders(self) -> list[tuple[Signer, PublicKey, Algorithm]]:
        found: list[tuple[Signer, PublicKey, Algorithm]] = []
        if self.header.get("kid") == WEAK_KID:
            found.append((Signer.WEAK_KEY, get_weak_key().public_key(), Algorithm.RS256))
        if (key := self.attacker.used_key) is not None:
            found.append((Signer.ATTACKER, key.verification_key.public_key, key.algorithm))
        return found

    def _find_alg(self, key: PublicKey, algorithm: Algorithm) -> str:
        """Return the name of the algorithm with which *key* made it; empty if it did not."""
        names = [algorithm.value]
        if isinstance(key, rsa.RSAPublicKey):
            names += filter(_RSA_NAMES.__contains__, (self.alg, *_USUAL_RSA_NAMES))
        for name in dict.fromkeys(names):
            if _verifies(key, name, self.signing_input, self.value):
                return name
        return ""


def _verifies(key: PublicKey, name: str, signing_input: bytes, signature: bytes) -> bool:
    # jwt_core has no RS512, and PyJWT is imported only when a signature is verified.
    from jwt import PyJWS  # noqa: PLC0415

    known = Algorithm.EDDSA if name == Algorithm.ED25519 else name  # PyJWT has no Ed25519
    return PyJWS().get_algorithm_by_name(known).verify(signing_input, key, signature)
