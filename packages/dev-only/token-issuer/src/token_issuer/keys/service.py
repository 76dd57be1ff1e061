# DEV-ONLY: never ship to production.
"""The ring in use: what it looks like now, and the changes that are asked for or due."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Self, Final

from jwt_core import Algorithm, SigningKey

from token_issuer.config.choices import KidStyle, RotationMode
from token_issuer.timing.clock import read_system_clock
from token_issuer.keys.generation import generate_dev_key
from token_issuer.keys.ring import KeyRing, RingKey
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.storage.store import KeyStore, MemoryStore
from token_issuer.keys.rotation import (
    AddPredecessor,
    EnsureKey,
    Remove,
    Rotate,
    apply_event,
)
from token_issuer.keys.view import KeyView

_INTERVAL_S: Final = 0.25  # between looks at the directory: replicas agree within a second

logger = logging.getLogger(__name__)


class KeyService:
    """The one access to the keys.

    It lives on the clock of the machine, not on the one that can be turned: caches count real
    seconds, and a clock that is turned back again must leave the ring as it was.

    Attributes:
        plan: When the ring rotates, and how long the steps take.
        clock: The clock of the machine.
    """

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
        """Put the ring of *store* to use.

        Args:
            store: Where it is kept.
            plan: When it rotates, and how long the steps take.
            style: How keys are named.
            clock: The clock of the machine.
            generate: Makes a key.
            pregenerated: Keys made in advance, which are used up first.
        """
        self.plan = plan
        self.clock = clock
        self._store = store
        self._style = style
        self._generate = generate
        self._view = KeyView(store.ring, plan, clock())
        self._pregenerated = dict(pregenerated or {})
        self._stopping = threading.Event()

    @property
    def view(self) -> KeyView:
        """The ring as it is now; documents are encoded once between two changes."""
        view, ring, now = self._view, self._store.ring, self.clock()
        if not view.holds(ring, now):
            view = self._view = KeyView(ring, self.plan, now)
        return view

    def prepare(self, algorithms: tuple[Algorithm, ...]) -> None:
        """Make sure of keys for RS256 and *algorithms*, and of what a schedule begins with.

        Raises:
            KeyDirectoryError: the ring cannot be kept.
        """
        self.provide(Algorithm.RS256)
        if self.plan.period is not None and self._store.ring.made == 1:
            # Two keys are published at any time, from the first day on.
            stay = self.plan.lead + self.plan.retention
            event = AddPredecessor(self._generate(Algorithm.RS256), self._style, stay)
            self._store.update(lambda ring: apply_event(ring, self.clock(), event))
        for algorithm in algorithms:
            self.provide(algorithm)

    def provide(self, algorithm: Algorithm) -> SigningKey:
        """Return the key that signs with *algorithm*; it is made where there is none.

        Raises:
            KeyDirectoryError: the ring cannot be kept.
        """
        signer = self.view.signers.get(algorithm)
        if signer is None:
            event = EnsureKey(self._take_key(algorithm), self._style)
            self._store.update(lambda ring: apply_event(ring, self.clock(), event))
            signer = self.view.signers[algorithm]
        return signer

    def rotate(
        self,
        mode: RotationMode = RotationMode.GRACEFUL,
        algorithm: Algorithm = Algorithm.RS256,
        *,
        lead: timedelta | None = None,
        retention: timedelta | None = None,
    ) -> RingKey:
        """Let a new key take over from those of *algorithm*, and return its entry.

        Args:
            mode: How it takes over.
            algorithm: Whose keys.
            lead: By default that of the plan.
            retention: By default that of the plan.

        Raises:
            KeyDirectoryError: the ring cannot be kept.
        """
        event = self._build_rotation(mode, algorithm, lead=lead, retention=retention)
        ring = self._store.update(lambda ring: apply_event(ring, self.clock(), event))
        return ring.keys[-1]

    def remove(self, kid: str) -> None:
        """Remove a key at once.

        Raises:
            NoSuchKeyError: no key has this name.
            KeyInUseError: it is the key that signs.
            KeyDirectoryError: the ring cannot be kept.
        """
        self._store.update(lambda ring: apply_event(ring, self.clock(), Remove(kid)))

    def refresh(self) -> None:
        """Take over what other processes wrote, and rotate what is due.

        Raises:
            KeyDirectoryError: the ring cannot be kept.
        """
        self._store.synchronise()
        if self.plan.period is None:
            return
        for algorithm in self.view.signers:
            if self._is_due(self._store.ring, algorithm):
                event = self._build_rotation(RotationMode.GRACEFUL, algorithm)
                self._store.update(partial(self._rotate_if_due, event))
            # In advance: it may take longer than a fast schedule has to spare.
            if algorithm not in self._pregenerated:
                self._pregenerated[algorithm] = self._generate(algorithm)

    def __enter__(self) -> Self:
        """Keep catching up in the background."""
        if self.plan.period is not None or not isinstance(self._store, MemoryStore):
            threading.Thread(target=self._keep_catching_up, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop that."""
        self._stopping.set()

    def _keep_catching_up(self) -> None:
        while not self._stopping.wait(_INTERVAL_S):
            try:
                self.refresh()
            except Exception as error:  # the thread must not die of a disk that is full for a while
                logger.exception("the keys stay as they are", exc_info=error)

    def _is_due(self, ring: KeyRing, algorithm: Algorithm) -> bool:
        due = self.plan.find_due_time(ring, algorithm)
        return due is not None and due <= self.clock()

    def _rotate_if_due(self, event: Rotate, ring: KeyRing) -> KeyRing:
        """Rotate, unless another process has been faster."""
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
