# DEV-ONLY: never ship to production.
"""Key service of a ring in a store, such as a key directory, which can be changed on demand."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from jwt_core import Algorithm, SigningKey

from token_issuer.config.choices import KidStyle, RotationMode
from token_issuer.errors import KeyDirectoryError
from token_issuer.keys.ring import KeyRing, RingKey
from token_issuer.keys.rotation import AddPredecessor, EnsureKey, Remove, Rotate, apply_event
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.service import KeyService
from token_issuer.keys.storage.store import KeyStore, MemoryStore
from token_issuer.keys.view import KeyView
from token_issuer.keys.watermark import generate_dev_key
from token_issuer.timing.clock import read_system_clock


class StoredKeys(KeyService):
    """The keys of a store, such as a key directory. Rotations generate new ones."""

    def __init__(
        self,
        store: KeyStore,
        *,
        plan: RotationPlan,
        style: KidStyle = KidStyle.DEV_KEY,
        clock: Callable[[], datetime] = read_system_clock,
        generate: Callable[[Algorithm], SigningKey] = generate_dev_key,
        pregenerated: Mapping[Algorithm, SigningKey] | None = None,
    ) -> None:
        """Serve the ring of *store*.

        Args:
            store: Where the ring is stored.
            plan: When the ring rotates, and its lead and retention.
            style: The style of the `kid` of new keys.
            clock: The system clock.
            generate: Generates a key.
            pregenerated: Keys generated in advance; they are used first.
        """
        super().__init__(plan, clock)
        self._store = store
        self._style = style
        self._generate = generate
        self._pregenerated = dict(pregenerated or {})
        self._locks = {algorithm: threading.Lock() for algorithm in Algorithm}

    def ensure_initial_keys(self, algorithms: tuple[Algorithm, ...]) -> None:
        """Add a key for RS256 and for each of *algorithms* that has no signing key.

        If the plan rotates automatically and the ring is new, a fictitious predecessor is added.

        Raises:
            KeyDirectoryError: the ring cannot be stored.
        """
        self.ensure_key(Algorithm.RS256)
        if self.plan.period is not None and self._store.ring.made == 1:
            # Google publishes at least two keys at any time.
            retention = self.plan.lead + self.plan.retention
            event = AddPredecessor(self._generate(Algorithm.RS256), self._style, retention)
            self._store.update(lambda ring: apply_event(ring, self.clock(), event))
        for algorithm in algorithms:
            self.ensure_key(algorithm)

    def ensure_key(self, algorithm: Algorithm) -> SigningKey:
        """Return the key that signs with *algorithm*; add one if the ring has none.

        Threads that call this at the same time generate one key.
        """
        signer = self.view.signers.get(algorithm)
        return self._add_key(algorithm) if signer is None else signer

    def rotate(
        self,
        mode: RotationMode = RotationMode.GRACEFUL,
        algorithm: Algorithm = Algorithm.RS256,
        *,
        lead: timedelta | None = None,
        retention: timedelta | None = None,
    ) -> RingKey:
        """Replace the signing key of *algorithm*; see `KeyService`."""
        event = self._build_rotation(mode, algorithm, lead=lead, retention=retention)
        ring = self._store.update(lambda ring: apply_event(ring, self.clock(), event))
        return ring.keys[-1]

    def remove(self, kid: str) -> None:
        """Remove the key with this *kid* at once; see `KeyService`."""
        self._store.update(lambda ring: apply_event(ring, self.clock(), Remove(kid)))

    def refresh(self) -> None:
        """Read the changes of other processes, and rotate the keys whose rotation is due."""
        self._store.synchronise()
        if self.plan.period is None:
            return
        for algorithm in self.view.signers:
            if self._is_due(self._store.ring, algorithm):
                event = self._build_rotation(RotationMode.GRACEFUL, algorithm)
                try:
                    self._store.update(partial(self._rotate_if_due, event))
                except KeyDirectoryError:
                    self._pregenerated[algorithm] = event.candidate  # for the next attempt
                    raise
            # Generating a key may take longer than the lead of an accelerated plan.
            if algorithm not in self._pregenerated:
                self._pregenerated[algorithm] = self._generate(algorithm)

    @property
    def _has_to_refresh(self) -> bool:
        return self.plan.period is not None or not isinstance(self._store, MemoryStore)

    def _find_ring(self, now: datetime) -> KeyRing:  # the ring holds its own times
        return self._store.ring

    def _add_key(self, algorithm: Algorithm) -> SigningKey:
        with self._locks[algorithm]:
            signer = self.view.signers.get(algorithm)
            if signer is not None:  # another thread has added it
                return signer
            event, now = EnsureKey(self._take_key(algorithm), self._style), self.clock()
            ring = self._store.update(lambda ring: apply_event(ring, now, event))
            return KeyView(ring, self.plan, now).signers[algorithm]

    def _is_due(self, ring: KeyRing, algorithm: Algorithm) -> bool:
        due = self.plan.find_due_time(ring, algorithm)
        return due is not None and due <= self.clock()

    def _rotate_if_due(self, event: Rotate, ring: KeyRing) -> KeyRing:
        """Rotate, unless another process has already done so."""
        if not self._is_due(ring, event.candidate.algorithm):
            return ring
        return apply_event(ring, self.clock(), event)

    def _build_rotation(
        self,
        mode: RotationMode,
        algorithm: Algorithm,
        *,
        lead: timedelta | None = None,
        retention: timedelta | None = None,
    ) -> Rotate:
        return Rotate(
            candidate=self._take_key(algorithm),
            style=self._style,
            mode=mode,
            lead=self.plan.lead if lead is None else lead,
            retention=self.plan.retention if retention is None else retention,
        )

    def _take_key(self, algorithm: Algorithm) -> SigningKey:
        key = self._pregenerated.pop(algorithm, None)
        return self._generate(algorithm) if key is None else key
