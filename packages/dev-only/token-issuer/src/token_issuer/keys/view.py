# DEV-ONLY: never ship to production.
"""The ring as it stands between two changes: who signs, and the documents, encoded once."""

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
    """An encoded document and its entity tag."""

    body: bytes
    etag: str

    @classmethod
    def tag(cls, body: bytes) -> Self:
        """Give *body* the tag that belongs to it."""
        return cls(body, f'"{sha256(body).hexdigest()[:32]}"')


class KeyView:
    """A ring at one moment, valid from one of its changes to the next.

    Attributes:
        ring: The ring.
        next_document_change: When the documents will change; None where no change is known.
        signers: The key that signs, for each algorithm that has one.
        keys: All keys that a token may be signed with, by name.
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
        changes = [moment for key in ring.keys for moment in (key.removed_at, key.hidden_until)]
        to_come = [moment for moment in changes if moment is not None and moment > now]
        due = [plan.find_due_time(ring, algorithm) for algorithm in self.signers]
        self.next_document_change = min(
            (*to_come, *(moment for moment in due if moment is not None)), default=None
        )

    def holds(self, ring: KeyRing, now: datetime) -> bool:
        """Tell whether this is what *ring* looks like at *now*."""
        return (
            self.ring is ring
            and (self._until is None or now < self._until)
            and (self._since is None or now >= self._since)
        )

    @property
    def default_kid(self) -> str:
        """The name of the key that signs unless told otherwise."""
        return self.signers[Algorithm.RS256].kid

    @cached_property
    def verification_keys(self) -> tuple[VerificationKey, ...]:
        """The published public keys; none while the one that signs is kept back."""
        return tuple(k.signing_key.verification_key for k in self._published if k.signing_key)

    @cached_property
    def jwks(self) -> Document:
        """The JWK Set, with the dev mark.

        Spec: RFC 7517 §5
        """
        keys = [encode_jwk(key) for key in self.verification_keys]
        return _encode_document({"keys": keys, JWKS_MEMBER: True})

    @cached_property
    def certificates(self) -> Document:
        """The JSON object of X.509 certificates by `kid`, as `/oauth2/v1/certs` has it."""
        return _encode_document({
            key.kid: encode_certificate(key.signing_key, key.created_at)
            for key in self._published
            if key.signing_key is not None
        })


def _encode_document(document: object) -> Document:
    return Document.tag(json.dumps(document, separators=(",", ":")).encode())
