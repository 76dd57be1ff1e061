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
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from jwt_core import Algorithm, SigningKey

from token_issuer.config.choices import KidStyle
from token_issuer.errors import KeyDirectoryError
from token_issuer.keys.ring import KeyRing, create_ring_key, derive_kid
from token_issuer.keys.storage.files import (
    PRIVATE_NAME,
    PUBLIC_NAME,
    RING_NAME,
    exists,
    explain_os_errors,
    lock_directory,
    make_directory,
    remove_leftovers,
    warn_if_exposed,
    write_file,
)
from token_issuer.keys.storage.key_pair import check_watermark, load_key, open_key_directory
from token_issuer.keys.storage.pem_files import check_pair, write_pair
from token_issuer.keys.storage.ring_file import decode_ring, encode_ring
from token_issuer.keys.storage.store import RingChange
from token_issuer.timing.clock import read_system_clock

_RSA_ALGORITHMS: Final = frozenset({Algorithm.RS256, Algorithm.PS256})
_MAX_READ_ATTEMPTS: Final = 3
"""If a ring appears while a key pair is read, the next attempt reads the ring."""

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
        self._style = style
        self._allow_unmarked = allow_unmarked
        self._clock = clock
        self._checked_key = checked_key
        # `_ring` and `_ring_version` change together; lock_directory keeps other processes out.
        self._lock = threading.Lock()
        self._ring_version = self._read_version()
        self._ring = self._read()
        self._kid_of_pem_files: str | None = None

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
        with explain_os_errors(directory):
            has_ring = exists(directory / RING_NAME)
        key = None
        if not has_ring:
            try:
                key = open_key_directory(directory, allow_unmarked=allow_unmarked)
            except KeyDirectoryError:
                if not exists(directory / RING_NAME):  # else another process wrote a ring
                    raise
        store = cls(
            directory, style=style, allow_unmarked=allow_unmarked, clock=clock, checked_key=key
        )
        if exists(directory / RING_NAME):
            with explain_os_errors(directory), lock_directory(directory):
                check_pair(directory, store._read())
                warn_if_exposed(directory / RING_NAME)
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
            remove_leftovers(self.directory)
            ring = self._read()
            check_pair(self.directory, ring)
            changed = change(ring)
            if changed is not ring:
                write_file(self.directory / RING_NAME, encode_ring(changed), mode=0o600)
                self._write_pair(changed)
            self._ring_version, self._ring = self._read_version(), changed
        return changed

    def synchronise(self) -> None:
        """Read a ring that another process wrote, and update the PEM files to the active key.

        If the new ring cannot be used, the error is logged once and the old ring stays.
        """
        with self._lock:
            try:
                version = self._read_version()
                if version not in {self._ring_version, None}:
                    self._ring_version = version
                    self._ring = self._read()
            except KeyDirectoryError as error:
                logger.warning("the keys stay as they are: %s", error)
            self._update_pair()

    def _read(self) -> KeyRing:
        for _ in range(_MAX_READ_ATTEMPTS - 1):
            try:
                return self._read_once()
            except KeyDirectoryError:
                if not exists(self.directory / RING_NAME):
                    raise
        return self._read_once()

    def _read_once(self) -> KeyRing:
        path = self.directory / RING_NAME
        with explain_os_errors(path):
            data = path.read_bytes() if exists(path) else None
        if data is None:
            return self._adopt_pair()
        try:
            ring = decode_ring(data, getattr(self, "_ring", None))
        except ValueError as error:
            problem = (
                f"not a valid key ring ({error}); move it away to use the key of {PRIVATE_NAME} "
                "alone"
            )
            raise KeyDirectoryError(path, problem) from error
        for key in ring.keys:
            if key.signing_key is not None and key.algorithm in _RSA_ALGORITHMS:
                check_watermark(path, key.signing_key, allow_unmarked=self._allow_unmarked)
        return ring

    def _adopt_pair(self) -> KeyRing:
        """Return a ring of the single key of a directory without a ring."""
        path = self.directory / PRIVATE_NAME
        key, self._checked_key = self._checked_key, None  # used once: the file may change
        if key is None:
            key = load_key(self.directory, allow_unmarked=self._allow_unmarked)
        with explain_os_errors(path):
            created_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if exists(self.directory / RING_NAME):
                raise KeyDirectoryError(path, "another process is replacing it; try again")
        kid = derive_kid(self._style, key.verification_key.public_key, 1)
        signing_key = SigningKey(key.private_key, Algorithm.RS256, kid)
        return KeyRing((create_ring_key(signing_key, created_at),), made=1)

    def _read_version(self) -> tuple[int, int] | None:
        """Return the inode and modification time of the ring file, which identify its version."""
        try:
            status = (self.directory / RING_NAME).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

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
            if active.kid == self._kid_of_pem_files or self._read_version() is None:
                return
            self._kid_of_pem_files = active.kid  # one attempt for each key, or the log fills up
            with explain_os_errors(self.directory), lock_directory(self.directory):
                ring = self._read()
                check_pair(self.directory, ring)
                self._write_pair(ring)
        except KeyDirectoryError as error:
            logger.warning("%s and %s stay as they are: %s", PRIVATE_NAME, PUBLIC_NAME, error)

    def _write_pair(self, ring: KeyRing) -> None:
        active = self._find_active_key(ring)
        write_pair(self.directory, active)
        self._kid_of_pem_files = active.kid
