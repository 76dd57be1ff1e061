# DEV-ONLY: never ship to production.
"""Key service: access to the key ring of an issuer at the current time."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Self

from jwt_core import Algorithm, SigningKey

from token_issuer.config.choices import RotationMode
from token_issuer.errors import TokenIssuerError
from token_issuer.keys.ring import KeyRing, RingKey
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.view import KeyView
from token_issuer.timing.clock import read_system_clock

REFRESH_INTERVAL_S: Final = 0.25
"""How often the ring is refreshed; processes that share a directory agree after this time."""

logger = logging.getLogger(__name__)


class KeyService(ABC):
    """The only access to the keys of an issuer. Safe to use from several threads.

    It uses the system clock, not the simulated one, because caches expire in real time, and because
    resetting the simulated clock must not change the ring.

    Attributes:
        plan: When the ring rotates, and its lead and retention.
        clock: The system clock.
    """

    def __init__(
        self, plan: RotationPlan, clock: Callable[[], datetime] = read_system_clock
    ) -> None:
        """Serve a ring that rotates by *plan*."""
        self.plan = plan
        self.clock = clock
        self._view: KeyView | None = None
        self._stopping = threading.Event()

    @property
    def view(self) -> KeyView:
        """The ring at the current time. The same view is returned until the ring changes."""
        now = self.clock()
        ring, view = self._find_ring(now), self._view
        if view is None or not view.is_current(ring, now):
            view = self._view = KeyView(ring, self.plan, now)
        return view

    @abstractmethod
    def ensure_key(self, algorithm: Algorithm) -> SigningKey:
        """Return the key that signs with *algorithm*; add one if the ring has none.

        Raises:
            KeyDirectoryError: the ring cannot be stored.
            UnavailableAlgorithmError: keys are derived from a seed, but not for this algorithm.
        """

    @abstractmethod
    def rotate(
        self,
        mode: RotationMode = RotationMode.GRACEFUL,
        algorithm: Algorithm = Algorithm.RS256,
        *,
        lead: timedelta | None = None,
        retention: timedelta | None = None,
    ) -> RingKey:
        """Replace the signing key of *algorithm*, and return the entry of the new key.

        Args:
            mode: How the new key replaces the old one.
            algorithm: The algorithm whose key is replaced.
            lead: How long the new key is published before it signs; by default that of the plan.
            retention: How long the old key stays published; by default that of the plan.

        Raises:
            KeyDirectoryError: the ring cannot be stored.
            DerivedKeysError: keys are derived from a seed.
        """

    @abstractmethod
    def remove(self, kid: str) -> None:
        """Remove the key with this *kid* at once.

        Raises:
            NoSuchKeyError: no key has this `kid`.
            KeyInUseError: it is the active signing key.
            KeyDirectoryError: the ring cannot be stored.
            DerivedKeysError: keys are derived from a seed.
        """

    @abstractmethod
    def refresh(self) -> None:
        """Follow the rotation plan and the changes of other processes.

        Raises:
            KeyDirectoryError: the ring cannot be stored.
        """

    @abstractmethod
    def _find_ring(self, now: datetime) -> KeyRing:
        """Return the ring at *now*, the same object until it changes."""

    @property
    @abstractmethod
    def _has_to_refresh(self) -> bool:
        """Whether the ring changes without a request."""

    def __enter__(self) -> Self:
        """Start a background thread that refreshes the ring."""
        if self._has_to_refresh:
            threading.Thread(target=self._keep_refreshing, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the background thread."""
        self._stopping.set()

    def _keep_refreshing(self) -> None:
        logged: str | None = None
        while not self._stopping.wait(REFRESH_INTERVAL_S):
            try:
                self.refresh()
                logged = None
            except Exception as error:  # an error, such as a full disk, must not end the thread
                if str(error) == logged:  # at each poll, it would fill the log
                    continue
                logged, message = str(error), "the keys cannot be refreshed and stay as they are"
                if isinstance(error, TokenIssuerError):
                    logger.warning("%s: %s", message, error)
                else:
                    logger.exception(message)
