# DEV-ONLY: never ship to production.
"""The attacker: a key of his own, published where a token may point to.

His key bears the dev watermark as all others do: what a vulnerable service takes over from him is
recognised in production.
"""

import json
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

from jwt_core import SigningKey, encode_jwk
from proxy_guard.dev_marks import JWKS_MEMBER

from token_issuer.keys.certificates import encode_certificate
from token_issuer.keys.watermark import generate_marked_key


class Attacker:
    """Whoever signs with a key that the issuer does not know.

    Attributes:
        verifier_url: The base URL under which key documents were last fetched: from where the
            verifier stands, the issuer is reached by it. None before the first fetch.
    """

    def __init__(self) -> None:
        self.verifier_url: str | None = None
        self._born_at = datetime.now(UTC).replace(microsecond=0)
        self._lock = threading.Lock()  # who signs and who publishes must not each make a key

    def provide_key(self, kid: str) -> SigningKey:
        """Return the attacker's key under the name *kid*."""
        return replace(self._find_key(), kid=kid)

    def encode_jwks(self, kids: Iterable[str]) -> bytes:
        """Return the attacker's JWK Set, in which his key has each of *kids* as a name."""
        keys = [encode_jwk(self.provide_key(kid).verification_key) for kid in kids]
        return json.dumps({"keys": keys, JWKS_MEMBER: True}, separators=(",", ":")).encode()

    def encode_certificate(self) -> str:
        """Return the attacker's certificate as PEM text."""
        return encode_certificate(self._find_key(), self._born_at)

    def _find_key(self) -> SigningKey:
        with self._lock:
            return self._key

    @cached_property
    def _key(self) -> SigningKey:
        return generate_marked_key()  # takes a while, so not before somebody asks
