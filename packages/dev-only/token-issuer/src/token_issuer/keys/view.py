# DEV-ONLY: never ship to production.
"""The key ring at one time: its signing keys and its encoded key documents."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Self

from jwt_core import Algorithm, SigningKey, VerificationKey, encode_jwk
from proxy_guard.dev_marks import JWKS_MEMBER

from token_issuer.keys.certificates import encode_certificate
from token_issuer.keys.ring import KeyRing, KeyState
from token_issuer.keys.rotation_plan import RotationPlan


@dataclass(frozen=True, slots=True)
class Document:
    """A key document: its encoded body and its entity tag."""

    body: bytes
    etag: str

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """Return the document with this *body*, and an entity tag derived from it."""
        return cls(body, f'"{sha256(body).hexdigest()[:32]}"')


class KeyView:
    """A key ring at one time. It is current until the next change of the ring.

    Attributes:
        ring: The ring.
        next_document_change: When the key documents change next; None if no change is planned.
        signers: The signing key of each algorithm that has one.
        keys: All keys that can sign a token, by `kid`.
    """

    def __init__(self, ring: KeyRing, plan: RotationPlan, now: datetime) -> None:
        self.ring = ring
        self._since, self._until = ring.find_changes_around(now)
        self._published = [key for key in ring.keys if key.is_published(now)]
        self.signers: dict[Algorithm, SigningKey] = {
            algorithm: key.signing_key
            for algorithm in Algorithm
            if (key := ring.find_signer(algorithm, now)) is not None and key.signing_key is not None
        }
        self.keys: dict[str, SigningKey] = {
            key.kid: key.signing_key
            for key in ring.keys
            if key.signing_key is not None and key.get_state(now) is not KeyState.REMOVED
        }
        changes = [time for key in ring.keys for time in (key.removed_at, key.hidden_until)]
        future_changes = [time for time in changes if time is not None and time > now]
        due_times = [plan.find_due_time(ring, algorithm) for algorithm in self.signers]
        self.next_document_change = min(
            (*future_changes, *(time for time in due_times if time is not None)), default=None
        )

    def is_current(self, ring: KeyRing, now: datetime) -> bool:
        """Tell whether this is the view of *ring* at *now*."""
        return (
            self.ring is ring
            and (self._until is None or now < self._until)
            and (self._since is None or now >= self._since)
        )

    @property
    def default_kid(self) -> str:
        """The `kid` of the key that signs by default."""
        return self.signers[Algorithm.RS256].kid

    @cached_property
    def verification_keys(self) -> tuple[VerificationKey, ...]:
        """Published public keys. Empty while the only key signs before it is published."""
        return tuple(k.signing_key.verification_key for k in self._published if k.signing_key)

    @cached_property
    def jwks(self) -> Document:
        """The JWK Set, with the dev-only member.

        Spec: RFC 7517 §5
        """
        keys = [encode_jwk(key) for key in self.verification_keys]
        return _encode_document({"keys": keys, JWKS_MEMBER: True})

    @cached_property
    def certificates(self) -> Document:
        """The JSON object of X.509 certificates by `kid`, as Google serves it."""
        return _encode_document({
            key.kid: encode_certificate(key.signing_key, key.created_at)
            for key in self._published
            if key.signing_key is not None
        })


def _encode_document(document: object) -> Document:
    return Document.from_body(json.dumps(document, separators=(",", ":")).encode())
