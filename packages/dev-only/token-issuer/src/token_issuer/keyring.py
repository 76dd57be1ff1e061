# DEV-ONLY: never ship to production.
"""The key ring: the key that signs, its companions, and the document that publishes them."""

import json
from dataclasses import dataclass, field

from jwt_core import KeySet, SigningKey
from proxy_guard.dev_marks import JWKS_MEMBER

from token_issuer.errors import TokenRequestError


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of this issuer; the first one signs unless a request names another.

    Attributes:
        jwks: The JWKS, encoded once: a ring never changes, it is replaced.
    """

    keys: tuple[SigningKey, ...]
    jwks: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        key_set = KeySet(tuple(key.verification_key for key in self.keys))
        document = {**key_set.to_document(), JWKS_MEMBER: True}
        object.__setattr__(self, "jwks", json.dumps(document, separators=(",", ":")).encode())

    @property
    def default_kid(self) -> str:
        """The name of the key that signs unless told otherwise."""
        return self.keys[0].kid

    def select(self, kid: str | None = None) -> SigningKey:
        """Choose the key named *kid*, or the first one.

        Raises:
            TokenRequestError: no key has this name; the message lists those that exist.
        """
        if kid is None:
            return self.keys[0]
        for key in self.keys:
            if key.kid == kid:
                return key
        known = ", ".join(key.kid for key in self.keys)
        msg = f"kid: no key is named '{kid[:80]}'; known keys: {known}"
        raise TokenRequestError(msg, "kid")
