# DEV-ONLY: never ship to production.
"""The key directory: one key pair that survives restarts, races and crashes.

`private.pem` is the truth; `public.pem` is derived from it and written after it. So a crash leaves
no key, the private key alone, or both, and each of these is a sound start. The public key alone is
what a person left behind: to be asked about, not to be completed. Writers hold a lock on the
directory itself, so reading needs neither a lock file nor permission to write.
"""

import contextlib
import errno
import fcntl
import logging
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from jwt_core import (
    Algorithm,
    JwtError,
    SigningKey,
    decode_private_pem,
    decode_public_key,
    encode_private_pem,
    encode_public_pem,
    write_file_atomically,
)
from proxy_guard.dev_marks import DEFAULT_KID

from token_issuer.errors import KeyDirectoryError, UnmarkedKeyError
from token_issuer.watermark import generate_marked_key, has_watermark

PRIVATE_NAME = "private.pem"
PUBLIC_NAME = "public.pem"

logger = logging.getLogger(__name__)


def open_key_directory(
    directory: Path,
    *,
    allow_unmarked: bool = False,
    generate: Callable[[], SigningKey] = generate_marked_key,
) -> SigningKey:
    """Load the key of *directory*; make the directory and the key where they do not exist.

    Processes that start at once on an empty directory all get the same key.

    Args:
        directory: Where `private.pem` and `public.pem` are kept.
        allow_unmarked: Accept a key without the dev watermark.
        generate: Makes the key of an empty directory.

    Raises:
        KeyDirectoryError: the directory or what it holds cannot be used; nothing was overwritten.
    """
    _make_directory(directory)
    if not _exists(directory / PRIVATE_NAME):
        with _explain_os_errors(directory), _lock(directory):
            _refuse_lone_public_key(directory)
            _remove_leftovers(directory)
            if not _exists(directory / PRIVATE_NAME):
                _write(directory / PRIVATE_NAME, encode_private_pem(generate()), mode=0o600)
    key = load_key(directory, allow_unmarked=allow_unmarked)
    if not _exists(directory / PUBLIC_NAME):
        _restore_public_key(directory, key)
    return key


def load_key(directory: Path, *, allow_unmarked: bool = False) -> SigningKey:
    """Load the key of *directory* without writing anything.

    Raises:
        KeyDirectoryError: no key, or one that cannot be used.
    """
    path = directory / PRIVATE_NAME
    with _explain_os_errors(path):
        _refuse_lone_public_key(directory)
        data = path.read_bytes()
        _warn_if_exposed(path)
    try:
        key = decode_private_pem(data, kid=DEFAULT_KID, algorithm=Algorithm.RS256)
    except JwtError as error:
        problem = f"{error}; move it and {PUBLIC_NAME} away: the next start makes a fresh pair"
        raise KeyDirectoryError(path, problem) from error
    _check_watermark(path, key, allow_unmarked=allow_unmarked)
    _check_public_key(directory / PUBLIC_NAME, key)
    return key


def _refuse_lone_public_key(directory: Path) -> None:
    path = directory / PUBLIC_NAME
    # In this order: a writer that is at work makes the private key first.
    if _exists(path) and not _exists(directory / PRIVATE_NAME):
        problem = (
            f"{PRIVATE_NAME}, to which it belongs, is missing; put it back, or move {PUBLIC_NAME} "
            "away too: the next start makes a fresh pair"
        )
        raise KeyDirectoryError(path, problem)


def _check_watermark(path: Path, key: SigningKey, *, allow_unmarked: bool) -> None:
    if has_watermark(key.verification_key.public_key):
        return
    if not allow_unmarked:
        problem = (
            "this key was not made by the token issuer (no dev watermark), so it may be a real "
            f"one; move it and {PUBLIC_NAME} away, or set TOKEN_ISSUER_ALLOW_UNMARKED_KEYS=true "
            "if you are sure"
        )
        raise UnmarkedKeyError(path, problem)
    logger.warning(
        "%s: SIGNING WITH A KEY THAT BEARS NO DEV WATERMARK: production cannot recognise its "
        "tokens (TOKEN_ISSUER_ALLOW_UNMARKED_KEYS is set)",
        path,
    )


def _check_public_key(path: Path, key: SigningKey) -> None:
    with _explain_os_errors(path):
        if not _exists(path):
            return
        data = path.read_bytes()
    try:
        found = decode_public_key(data.decode("ascii")).public_key
    except (JwtError, UnicodeDecodeError) as error:
        problem = "not a public key in PEM; delete it, and it is made again from private.pem"
        raise KeyDirectoryError(path, problem) from error
    if found != key.verification_key.public_key:
        problem = (
            "does not belong to private.pem; delete public.pem to have it made again, "
            "or restore the private.pem it belongs to"
        )
        raise KeyDirectoryError(path, problem)


def _restore_public_key(directory: Path, key: SigningKey) -> None:
    """Write the missing `public.pem` where that is possible; signing does not need it."""
    try:
        with _explain_os_errors(directory), _lock(directory):
            _remove_leftovers(directory)
            if not _exists(directory / PUBLIC_NAME):
                _write(directory / PUBLIC_NAME, encode_public_pem(key), mode=0o644)
    except KeyDirectoryError as error:
        logger.info("%s is not written: %s", PUBLIC_NAME, error)


def _warn_if_exposed(path: Path) -> None:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        logger.warning("%s can be read by other users; chmod 600 it if the volume allows", path)


def _make_directory(directory: Path) -> None:
    with _explain_os_errors(directory):
        if directory.exists() and not directory.is_dir():
            problem = "is not a directory; give the directory that holds (or will hold) the keys"
            raise KeyDirectoryError(directory, problem)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)


def _exists(path: Path) -> bool:
    """Tell whether *path* is there; a directory that may not be searched raises OSError."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


@contextlib.contextmanager
def _lock(directory: Path) -> Iterator[None]:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # and with it the lock, also when the process is killed


def _remove_leftovers(directory: Path) -> None:
    """Remove the temporary files of a killed writer; the lock says that no writer is alive."""
    for name in (PRIVATE_NAME, PUBLIC_NAME):
        for path in directory.glob(f".{name}.*"):
            path.unlink(missing_ok=True)


def _write(path: Path, data: bytes, *, mode: int) -> None:
    try:
        write_file_atomically(path, data, mode=mode)
    except JwtError as error:
        cause = error.__cause__
        problem = _describe(cause) if isinstance(cause, OSError) else str(error)
        raise KeyDirectoryError(path, problem) from error


@contextlib.contextmanager
def _explain_os_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KeyDirectoryError(path, _describe(error)) from error


def _describe(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT:
            return "does not exist; make a key pair with: token-issuer make-keys DIR"
        case errno.EROFS:
            return "is on a read-only file system and holds no key yet; mount it writable once"
        case errno.EACCES | errno.EPERM:
            return f"permission denied for user id {os.getuid()}; check owner and permissions"
        case errno.ENOTDIR:
            return "is not a directory; give the directory that holds (or will hold) the keys"
        case _:
            return f"cannot be used: {error.strerror}"
