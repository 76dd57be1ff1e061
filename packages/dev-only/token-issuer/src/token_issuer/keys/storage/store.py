# DEV-ONLY: never ship to production.
"""Where a ring is kept."""

import threading
from collections.abc import Callable
from typing import Protocol

from token_issuer.keys.ring import KeyRing

RingChange = Callable[[KeyRing], KeyRing]


class KeyStore(Protocol):
    """The one place that holds the current ring; changes come one after the other."""

    @property
    def ring(self) -> KeyRing:
        """The ring as last seen, without any I/O."""

    def update(self, change: RingChange) -> KeyRing:
        """Replace the ring by what *change* makes of it, and return it.

        Raises:
            KeyDirectoryError: the new ring cannot be kept; the old one stays.
        """

    def synchronise(self) -> None:
        """Take over what others have written, and bring up to date what depends on the time."""


class MemoryStore:
    """A ring that lives as long as the process."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._lock = threading.Lock()

    @property
    def ring(self) -> KeyRing:
        """The ring."""
        return self._ring

    def update(self, change: RingChange) -> KeyRing:
        """Replace the ring by what *change* makes of it, and return it."""
        with self._lock:
            self._ring = change(self._ring)
            return self._ring

    def synchronise(self) -> None:
        """Do nothing: nobody else can have written here."""
