# DEV-ONLY: never ship to production.
"""Stores of the key ring: the protocol, and a store in memory."""

import threading
from collections.abc import Callable
from typing import Protocol

from token_issuer.keys.ring import KeyRing

RingChange = Callable[[KeyRing], KeyRing]


class KeyStore(Protocol):
    """Holds the current ring and serializes its changes."""

    @property
    def ring(self) -> KeyRing:
        """The ring as last read or written, without I/O."""

    def update(self, change: RingChange) -> KeyRing:
        """Replace the ring by the result of *change*, and return it.

        Raises:
            KeyDirectoryError: the new ring cannot be stored; the old one stays.
        """

    def synchronise(self) -> None:
        """Read the changes of other processes, and update files that depend on the time."""


class MemoryStore:
    """A store in memory, which ends with the process."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._lock = threading.Lock()

    @property
    def ring(self) -> KeyRing:
        """The ring."""
        return self._ring

    def update(self, change: RingChange) -> KeyRing:
        """Replace the ring by the result of *change*, and return it."""
        with self._lock:
            self._ring = change(self._ring)
            return self._ring

    def synchronise(self) -> None:
        """Do nothing: no other process can change the ring."""
