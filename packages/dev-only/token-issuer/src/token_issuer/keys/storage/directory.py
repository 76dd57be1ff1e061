# DEV-ONLY: never ship to production.
"""A ring in a directory, shared by any number of processes.

`ring.json` holds the whole ring, private keys included, and is replaced in one step: a process that
is killed leaves the old ring or the new one. `private.pem` and `public.pem` are the RSA key that is
active, written after it for those who read PEM; where they are behind, the next process that serves
or changes the ring brings them up to date. As long as there is but one key, these two are all there
is, as in the directories that the first version of the issuer made.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, Final

from jwt_core import Algorithm, SigningKey

from token_issuer.config.choices import KidStyle
from token_issuer.timing.clock import read_system_clock
from token_issuer.errors import KeyDirectoryError
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
from token_issuer.keys.storage.ring_file import decode_ring, encode_ring
from token_issuer.keys.kids import name_key
from token_issuer.keys.storage.pem_files import check_pair, write_pair
from token_issuer.keys.ring import KeyRing, enter_ring
from token_issuer.keys.storage.store import RingChange

_RSA_ALGORITHMS: Final = frozenset({Algorithm.RS256, Algorithm.PS256})
_ATTEMPTS: Final = 3  # a ring that appears while a pair is read is seen by the next attempt

logger = logging.getLogger(__name__)


class DirectoryStore:
    """The ring of a directory.

    Attributes:
        directory: Where it is kept.
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
            directory: Where it is kept.
            style: How keys are named.
            allow_unmarked: Accept keys without the dev watermark.
            clock: The clock of the machine.
            checked_key: What `private.pem` was found to hold; checking takes a tenth of a second.

        Raises:
            KeyDirectoryError: no key, or something that cannot be used.
        """
        self.directory = directory
        self._style = style
        self._allow_unmarked = allow_unmarked
        self._clock = clock
        self._checked_key = checked_key
        self._seen = self._read_version()
        self._ring = self._read()
        self._paired: str | None = None

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        style: KidStyle = KidStyle.DEV_KEY,
        allow_unmarked: bool = False,
        clock: Callable[[], datetime] = read_system_clock,
    ) -> Self:
        """Load the ring of *directory*; make the directory and a first key where there are none.

        Raises:
            KeyDirectoryError: the directory or what it holds cannot be used; nothing was
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
                if not exists(directory / RING_NAME):  # else the pair was read while it changed
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
        """Replace the ring by what *change* makes of it, after whatever others made of it.

        Raises:
            KeyDirectoryError: the directory cannot be written, or somebody put another key there.
        """
        with explain_os_errors(self.directory), lock_directory(self.directory):
            remove_leftovers(self.directory)
            ring = self._read()
            check_pair(self.directory, ring)
            changed = change(ring)
            if changed is not ring:
                write_file(self.directory / RING_NAME, encode_ring(changed), mode=0o600)
                self._write_pair(changed)
            self._seen, self._ring = self._read_version(), changed
        return changed

    def synchronise(self) -> None:
        """Take over a ring that another process wrote, and keep the pair that of the active key.

        What cannot be used is logged once, and the ring stays as it is.
        """
        try:
            version = self._read_version()
            if version not in {self._seen, None}:
                self._seen = version
                self._ring = self._read()
        except KeyDirectoryError as error:
            logger.warning("the keys stay as they are: %s", error)
        self._update_pair()

    def _read(self) -> KeyRing:
        for _ in range(_ATTEMPTS - 1):
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
                f"not a key ring of this issuer ({error}); move it away: then {PRIVATE_NAME} is "
                "the one key"
            )
            raise KeyDirectoryError(path, problem) from error
        for key in ring.keys:
            if key.signing_key is not None and key.algorithm in _RSA_ALGORITHMS:
                check_watermark(path, key.signing_key, allow_unmarked=self._allow_unmarked)
        return ring

    def _adopt_pair(self) -> KeyRing:
        """Make a ring of the one key that a directory without a ring holds."""
        path = self.directory / PRIVATE_NAME
        key, self._checked_key = self._checked_key, None  # what is read later may be another
        if key is None:
            key = load_key(self.directory, allow_unmarked=self._allow_unmarked)
        with explain_os_errors(path):
            created_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if exists(self.directory / RING_NAME):
                raise KeyDirectoryError(path, "is being replaced; try again")
        kid = name_key(self._style, key.verification_key.public_key, 1)
        named = SigningKey(key.private_key, Algorithm.RS256, kid)
        return KeyRing((enter_ring(named, created_at),), made=1)

    def _read_version(self) -> tuple[int, int] | None:
        """Return what tells one ring file from the next: each is a new file."""
        try:
            status = (self.directory / RING_NAME).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def _find_active_key(self, ring: KeyRing) -> SigningKey:
        signer = ring.find_signer(Algorithm.RS256, self._clock())
        if signer is None or signer.signing_key is None:
            path = self.directory / RING_NAME
            problem = f"no RS256 key is left to sign with; move it away: then {PRIVATE_NAME} is it"
            raise KeyDirectoryError(path, problem)
        return signer.signing_key

    def _update_pair(self) -> None:
        """Bring the PEM files up to date where that is possible; signing does not need them."""
        try:
            active = self._find_active_key(self._ring)
            if active.kid == self._paired or self._read_version() is None:
                return
            self._paired = active.kid  # one attempt each, or the log would fill up
            with explain_os_errors(self.directory), lock_directory(self.directory):
                ring = self._read()
                check_pair(self.directory, ring)
                self._write_pair(ring)
        except KeyDirectoryError as error:
            logger.warning("%s and %s stay as they are: %s", PRIVATE_NAME, PUBLIC_NAME, error)

    def _write_pair(self, ring: KeyRing) -> None:
        active = self._find_active_key(ring)
        write_pair(self.directory, active)
        self._paired = active.kid
