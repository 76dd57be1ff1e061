# DEV-ONLY: never ship to production.
"""Reading of a key directory: its ring file or, without one, its key pair."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from jwt_core import Algorithm, SigningKey

from token_issuer.config.choices import KidStyle
from token_issuer.errors import KeyDirectoryError
from token_issuer.keys.ring import KeyRing, create_ring_key, derive_kid
from token_issuer.keys.storage.exposure import warn_if_file_exposed
from token_issuer.keys.storage.files import (
    MAX_RING_BYTES,
    PRIVATE_NAME,
    PUBLIC_NAME,
    RING_NAME,
    exists,
    read_file,
)
from token_issuer.keys.storage.key_pair import check_watermark, load_key
from token_issuer.keys.storage.os_errors import explain_os_errors
from token_issuer.keys.storage.ring_file import decode_ring

_RSA_ALGORITHMS: Final = frozenset({Algorithm.RS256, Algorithm.PS256})
_MAX_READ_ATTEMPTS: Final = 3
"""If a ring appears while a key pair is read, the next attempt reads the ring."""

_FileId = tuple[int, int, int]
Version = tuple[_FileId | None, ...]
"""Identifies the content of a directory, as far as the volume records changes."""


class DirectoryReader:
    """Reads the ring of a directory, and detects its changes.

    Once it has found a ring file, it never returns to the key pair: on a volume that does not
    rename atomically, the ring file is absent while another process replaces it.

    Attributes:
        directory: The directory.
        has_ring: Whether the directory has, or had, a ring file.
    """

    def __init__(
        self,
        directory: Path,
        *,
        style: KidStyle,
        allow_unmarked: bool,
        clock: Callable[[], datetime],
        checked_key: SigningKey | None,
    ) -> None:
        self.directory = directory
        self.has_ring = False
        self._style = style
        self._allow_unmarked = allow_unmarked
        self._clock = clock
        self._checked_key = checked_key

    def read_version(self) -> Version | None:
        """Return a value that differs after each write of the ring; None without a ring."""
        ring = _identify(self.directory / RING_NAME)
        if ring is not None:
            self.has_ring = True
            return (ring,)
        if self.has_ring or (private := _identify(self.directory / PRIVATE_NAME)) is None:
            return None
        return private, _identify(self.directory / PUBLIC_NAME)

    def read(self, known: KeyRing | None = None) -> KeyRing:
        """Return the ring.

        Args:
            known: A ring whose private keys are reused, since decoding them is slow.

        Raises:
            KeyDirectoryError: the directory holds no key, or a file that cannot be used.
        """
        for _ in range(_MAX_READ_ATTEMPTS - 1):
            try:
                return self._read_once(known)
            except KeyDirectoryError:
                if not exists(self.directory / RING_NAME):
                    raise
        return self._read_once(known)

    def _read_once(self, known: KeyRing | None) -> KeyRing:
        path = self.directory / RING_NAME
        if not exists(path):
            if self.has_ring:
                problem = (
                    "has disappeared; put it back, or restart the token issuer to use the key of "
                    f"{PRIVATE_NAME} alone"
                )
                raise KeyDirectoryError(path, problem)
            return self._adopt_pair()
        self.has_ring = True
        data = read_file(path, MAX_RING_BYTES)
        try:
            ring = decode_ring(data, known)
        except ValueError as error:
            problem = (
                f"not a valid key ring ({error}); move it away to use the key of {PRIVATE_NAME} "
                "alone"
            )
            raise KeyDirectoryError(path, problem) from error
        for key in ring.keys:
            if key.signing_key is not None and key.algorithm in _RSA_ALGORITHMS:
                check_watermark(path, key.signing_key, allow_unmarked=self._allow_unmarked)
        with explain_os_errors(path):
            warn_if_file_exposed(path)
        return ring

    def _adopt_pair(self) -> KeyRing:
        """Return a ring of the single key of a directory without a ring."""
        path = self.directory / PRIVATE_NAME
        key, self._checked_key = self._checked_key, None  # used once: the file may change
        if key is None:
            key = load_key(self.directory, allow_unmarked=self._allow_unmarked)
        with explain_os_errors(path):
            # FAT stores local time, and a network volume uses the clock of its server.
            modified_at = min(max(path.stat().st_mtime, 0), self._clock().timestamp())
        if exists(self.directory / RING_NAME):
            raise KeyDirectoryError(path, "another process is replacing it; try again")
        kid = derive_kid(self._style, key.verification_key.public_key, 1)
        signing_key = SigningKey(key.private_key, Algorithm.RS256, kid)
        created_at = datetime.fromtimestamp(modified_at, UTC)
        return KeyRing((create_ring_key(signing_key, created_at),), made=1)


def _identify(path: Path) -> _FileId | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
