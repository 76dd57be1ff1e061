# DEV-ONLY: never ship to production.
"""Directory store: a key ring in a directory that any number of processes share.

`ring.json` holds the whole ring, including the private keys, and is replaced atomically.
`private.pem` and `public.pem` hold the active RSA key for programs that read PEM. They are written
after the ring; if a crash leaves them outdated, the next process that serves or changes the ring
updates them. A directory with a single key has no `ring.json`, only the two PEM files.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from jwt_core import Algorithm, SigningKey

from token_issuer.config.choices import KidStyle
from token_issuer.errors import KeyDirectoryError, show_path
from token_issuer.keys.ring import KeyRing, KeyState
from token_issuer.keys.storage.exposure import warn_if_directory_exposed
from token_issuer.keys.storage.files import (
    PRIVATE_NAME,
    PUBLIC_NAME,
    RING_NAME,
    exists,
    make_directory,
    write_file,
)
from token_issuer.keys.storage.key_pair import open_key_directory
from token_issuer.keys.storage.lock import has_leftovers, lock_directory
from token_issuer.keys.storage.os_errors import explain_os_errors
from token_issuer.keys.storage.pem_files import check_pair, write_pair
from token_issuer.keys.storage.reader import DirectoryReader, Version
from token_issuer.keys.storage.ring_file import encode_ring
from token_issuer.keys.storage.store import RingChange
from token_issuer.timing.clock import read_system_clock

_UNREAD: Final[Version] = (None,)
"""Version of a ring that this process wrote. It is read again, to detect another writer."""

logger = logging.getLogger(__name__)


class DirectoryStore:
    """A store in a directory. Safe to use from several threads and processes.

    Attributes:
        directory: The directory.
    """

    def __init__(
        self,
        directory: Path,
        *,
        style: KidStyle = KidStyle.DEV_KEY,
        allow_unmarked: bool = False,
        clock: Callable[[], datetime] = read_system_clock,
        checked_key: SigningKey | None = None,
    ) -> None:
        """Load the ring of *directory* without writing anything.

        Args:
            directory: The directory.
            style: The style of the `kid` of a key without a ring.
            allow_unmarked: Accept keys without the dev watermark.
            clock: The system clock.
            checked_key: The key of `private.pem`, if it has already been checked.

        Raises:
            KeyDirectoryError: the directory holds no key, or a file that cannot be used.
        """
        self.directory = directory
        self._clock = clock
        self._reader = DirectoryReader(
            directory,
            style=style,
            allow_unmarked=allow_unmarked,
            clock=clock,
            checked_key=checked_key,
        )
        # `_ring` and `_version` change together. A version is read before its content, so a write
        # in between, on a volume without locks, is detected at the next look.
        self._lock = threading.Lock()
        self._version = self._reader.read_version()
        self._ring = self._reader.read()
        with explain_os_errors(directory):
            warn_if_directory_exposed(directory)
        self._kid_of_pem_files: str | None = None
        self._logged: set[str] = set()

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        style: KidStyle = KidStyle.DEV_KEY,
        allow_unmarked: bool = False,
        clock: Callable[[], datetime] = read_system_clock,
    ) -> Self:
        """Load the ring of *directory*; create the directory and a first key if they do not exist.

        Raises:
            KeyDirectoryError: the directory or a file in it cannot be used; nothing was
                overwritten.
        """
        make_directory(directory)
        key = None
        if not exists(directory / RING_NAME):
            try:
                key = open_key_directory(directory, allow_unmarked=allow_unmarked)
            except KeyDirectoryError:
                if not exists(directory / RING_NAME):  # else another process wrote a ring
                    raise
        store = cls(
            directory, style=style, allow_unmarked=allow_unmarked, clock=clock, checked_key=key
        )
        if exists(directory / RING_NAME) or has_leftovers(directory):
            with explain_os_errors(directory), lock_directory(directory):
                check_pair(directory, store._reader.read(store.ring))
            store._update_pair()
        return store

    @property
    def ring(self) -> KeyRing:
        """The ring as last read or written."""
        return self._ring

    def update(self, change: RingChange) -> KeyRing:
        """Apply *change* to the ring as it is on disk, store the result and return it.

        Raises:
            KeyDirectoryError: the directory cannot be written, or a PEM file holds another key.
        """
        with self._lock, explain_os_errors(self.directory), lock_directory(self.directory):
            version = self._reader.read_version()
            ring = self._reader.read(self._ring)
            self._warn_of_lost_keys(ring)
            check_pair(self.directory, ring)
            changed = change(ring)
            if changed is not ring:
                write_file(self.directory / RING_NAME, encode_ring(changed), mode=0o600)
                version = _UNREAD
                self._write_pair(changed)
            self._version, self._ring = version, changed
        return changed

    def synchronise(self) -> None:
        """Read a ring that another process wrote, and update the PEM files to the active key.

        If the new ring cannot be used, the old ring stays, and the error is logged once until a
        ring can be used again. A key that another process has overwritten is logged too.
        """
        with self._lock:
            try:
                version = self._reader.read_version()
                if version not in {self._version, None}:
                    self._version = version
                    ring = self._reader.read(self._ring)
                    self._warn_of_lost_keys(ring)
                    self._ring = ring
                    self._logged.clear()
            except KeyDirectoryError as error:
                self._warn_once(f"the keys stay as they are: {error}")
            self._update_pair()

    def _warn_once(self, message: str) -> None:
        if message not in self._logged:
            self._logged.add(message)
            logger.warning("%s", message)

    def _warn_of_lost_keys(self, ring: KeyRing) -> None:
        """Log the keys in use that are missing from *ring*, which another process wrote."""
        present = {key.thumbprint for key in ring.keys}
        lost = [
            key.kid
            for key in self._ring.keys
            if key.get_state(self._clock()) is not KeyState.REMOVED
            and key.thumbprint not in present
        ]
        if lost:
            logger.warning(
                "%s: another process replaced the keys without keeping %s, so their tokens no "
                "longer verify; unless that was intended, the volume does not lock token issuers "
                "against each other: start and rotate one after the other, or use a local volume",
                show_path(self.directory),
                ", ".join(lost),
            )

    def _find_active_key(self, ring: KeyRing) -> SigningKey:
        signer = ring.find_signer(Algorithm.RS256, self._clock())
        if signer is None or signer.signing_key is None:
            path = self.directory / RING_NAME
            problem = f"no RS256 key to sign with; move it away to use the key of {PRIVATE_NAME}"
            raise KeyDirectoryError(path, problem)
        return signer.signing_key

    def _update_pair(self) -> None:
        """Update the PEM files if the directory is writable; signing does not need them."""
        try:
            active = self._find_active_key(self._ring)
            if active.kid == self._kid_of_pem_files or not self._reader.has_ring:
                return
            self._kid_of_pem_files = active.kid  # one attempt for each key, or the log fills up
            with explain_os_errors(self.directory), lock_directory(self.directory):
                ring = self._reader.read(self._ring)
                check_pair(self.directory, ring)
                self._write_pair(ring)
        except KeyDirectoryError as error:
            self._warn_once(f"{PRIVATE_NAME} and {PUBLIC_NAME} stay as they are: {error}")

    def _write_pair(self, ring: KeyRing) -> None:
        active = self._find_active_key(ring)
        write_pair(self.directory, active)
        self._kid_of_pem_files = active.kid
