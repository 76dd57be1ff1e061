# DEV-ONLY: never ship to production.
"""The key ring at one time: its signing keys and its encoded key documents."""

from datetime import datetime
from functools import cached_property

from jwt_core import Algorithm, SigningKey, VerificationKey

from token_issuer.key_documents import Format
from token_issuer.keys.documents import Document, encode_document
from token_issuer.keys.ring import KeyRing, KeyState
from token_issuer.keys.rotation_plan import RotationPlan


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
        self._documents: dict[tuple[str, str | None], Document] = {}
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

    @property
    def jwks(self) -> Document:
        """The JWK Set of all published keys."""
        return self.get_document(Format.JWKS)

    def get_document(self, format_: Format, algorithm: str | None = None) -> Document:
        """Return the document of the published keys; it is encoded once.

        Args:
            format_: Its format.
            algorithm: The algorithm of its keys; by default, it holds those of all algorithms.
        """
        document = self._documents.get((format_, algorithm))
        if document is None:
            document = self._documents[format_, algorithm] = encode_document(
                format_,
                [
                    (key.signing_key, key.created_at)
                    for key in self._published
                    if key.signing_key is not None and algorithm in {None, key.algorithm}
                ],
            )
        return document
