# DEV-ONLY: never ship to production.
"""Key service of a ring whose keys are derived from a seed, and which follows the clock alone."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NoReturn

from jwt_core import Algorithm, PrivateKey, SigningKey

from token_issuer.config.choices import KidStyle, RotationMode
from token_issuer.keys.errors import DerivedKeysError, UnavailableAlgorithmError
from token_issuer.keys.ring import KeyRing, RingKey
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.seeded_ring import create_seeded_entry, list_epochs
from token_issuer.keys.service import KeyService
from token_issuer.timing.clock import read_system_clock


class SeededKeys(KeyService):
    """The keys that a seed determines: equal in all processes with the same seed and settings.

    The background thread derives the keys of the next epoch ahead, so that no request waits for it.
    """

    def __init__(
        self,
        derive: Callable[[Algorithm, int], PrivateKey],
        algorithms: Sequence[Algorithm],
        *,
        plan: RotationPlan,
        style: KidStyle = KidStyle.DEV_KEY,
        clock: Callable[[], datetime] = read_system_clock,
        derived: Mapping[tuple[Algorithm, int], PrivateKey] | None = None,
    ) -> None:
        """Derive the keys that are published now.

        Args:
            derive: Returns the private key for an algorithm in an epoch.
            algorithms: The algorithms that have keys.
            plan: When the ring rotates, and its lead and retention.
            style: The style of the `kid` of keys.
            clock: The system clock.
            derived: Keys derived in advance, by their algorithm and epoch.
        """
        super().__init__(plan, clock)
        self._derive = derive
        self._algorithms = algorithms
        self._style = style
        self._lock = threading.Lock()
        self._entries = {place: self._create(key, *place) for place, key in (derived or {}).items()}
        self._current = (range(0), KeyRing(()))
        self._find_ring(clock())

    def ensure_key(self, algorithm: Algorithm) -> SigningKey:
        """Return the key that signs with *algorithm*; see `KeyService`."""
        signer = self.view.signers.get(algorithm)
        if signer is None:
            raise UnavailableAlgorithmError(algorithm)
        return signer

    def rotate(
        self,
        mode: RotationMode = RotationMode.GRACEFUL,
        algorithm: Algorithm = Algorithm.RS256,
        *,
        lead: timedelta | None = None,
        retention: timedelta | None = None,
    ) -> NoReturn:
        """Refuse to rotate on demand, since the other processes with this seed would not rotate."""
        raise DerivedKeysError

    def remove(self, kid: str) -> NoReturn:
        """Refuse to remove a key, since the other processes with this seed would keep it."""
        raise DerivedKeysError

    def refresh(self) -> None:
        """Derive the keys of the published epochs and of the next one, and drop the others."""
        epochs = list_epochs(self.plan, self.clock())
        for epoch in range(epochs.start, epochs.stop + 1):
            for algorithm in self._algorithms:
                self._ensure_entry(algorithm, epoch)
        # The clock may be set back by a few seconds, so one past epoch is kept.
        kept = range(epochs.start - 1, epochs.stop + 1)
        with self._lock:
            self._entries = {place: key for place, key in self._entries.items() if place[1] in kept}

    @property
    def _has_to_refresh(self) -> bool:
        return self.plan.period is not None

    def _find_ring(self, now: datetime) -> KeyRing:
        epochs = list_epochs(self.plan, now)
        known, ring = self._current
        if epochs != known:
            ring = KeyRing(
                tuple(
                    self._ensure_entry(algorithm, epoch)
                    for epoch in epochs
                    for algorithm in self._algorithms
                )
            )
            self._current = epochs, ring
        return ring

    def _ensure_entry(self, algorithm: Algorithm, epoch: int) -> RingKey:
        place = algorithm, epoch
        entry = self._entries.get(place)
        if entry is None:
            with self._lock:
                entry = self._entries.get(place)
                if entry is None:
                    key = self._derive(algorithm, epoch)
                    entry = self._entries[place] = self._create(key, algorithm, epoch)
        return entry

    def _create(self, private_key: PrivateKey, algorithm: Algorithm, epoch: int) -> RingKey:
        return create_seeded_entry(private_key, algorithm, epoch, plan=self.plan, style=self._style)
