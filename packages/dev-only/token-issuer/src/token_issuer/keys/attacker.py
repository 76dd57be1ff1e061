# DEV-ONLY: never ship to production.
"""The attacker: a key that the issuer does not publish, and documents for tokens to point to.

The key has the dev watermark, so a production service recognises it as well.
"""

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from jwt_core import SigningKey, encode_jwk
from proxy_guard.dev_marks import JWKS_MEMBER

from token_issuer.keys.certificates import encode_certificate
from token_issuer.keys.watermark import generate_marked_key
from token_issuer.timing.clock import read_system_clock


class Attacker:
    """An attacker whose key is not in the JWK Set. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], datetime] = read_system_clock) -> None:
        """Date the attacker's certificate by *clock*."""
        self._created_at = clock()
        self._lock = threading.Lock()  # signing and publishing must use one key

    def get_key(self, kid: str) -> SigningKey:
        """Return the attacker's key with this *kid*."""
        return replace(self._generate_once(), kid=kid)

    @property
    def used_key(self) -> SigningKey | None:
        """The attacker's key; None if it has not been used, and so has signed nothing."""
        return self.__dict__.get("_key")

    def encode_jwks(self, kids: Iterable[str]) -> bytes:
        """Return a JWK Set that holds the attacker's key once for each of *kids*."""
        keys = [encode_jwk(self.get_key(kid).verification_key) for kid in kids]
        return json.dumps({"keys": keys, JWKS_MEMBER: True}, separators=(",", ":")).encode()

    def encode_certificate(self) -> str:
        """Return the attacker's certificate as PEM text."""
        return encode_certificate(self._generate_once(), self._created_at)

    def _generate_once(self) -> SigningKey:
        with self._lock:
            return self._key

    @cached_property
    def _key(self) -> SigningKey:
        return generate_marked_key()  # slow, so only on first use
