# DEV-ONLY: never ship to production.
"""The key pair of a directory without a ring: `private.pem` and `public.pem`.

`public.pem` is derived from `private.pem` and written after it. After a crash, the directory
may therefore contain only the private key; the next start adds the public key. A directory with
only the public key is an error, since a crash cannot cause this state. See
`keys.storage.directory` for rings of several keys.
"""

import errno
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from jwt_core import (
    Algorithm,
    JwtError,
    SigningKey,
    decode_private_pem,
    decode_public_key,
    encode_private_pem,
    encode_public_pem,
)
from proxy_guard.dev_marks import DEFAULT_KID

from token_issuer.errors import KeyDirectoryError, UnmarkedKeyError, show_path
from token_issuer.keys.storage.exposure import warn_if_file_exposed, warn_once
from token_issuer.keys.storage.files import (
    MAX_PEM_BYTES,
    PRIVATE_NAME,
    PUBLIC_NAME,
    create_file,
    exists,
    make_directory,
    read_file,
    write_file,
)
from token_issuer.keys.storage.lock import lock_directory
from token_issuer.keys.storage.os_errors import explain_os_errors
from token_issuer.keys.watermark import generate_marked_key, has_watermark

_READ_ONLY: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})

logger = logging.getLogger(__name__)


def open_key_directory(
    directory: Path,
    *,
    allow_unmarked: bool = False,
    generate: Callable[[], SigningKey] = generate_marked_key,
) -> SigningKey:
    """Load the key of *directory*; create the directory and the key if they do not exist.

    Processes that start on an empty directory at the same time all get the same key.

    Args:
        directory: The directory of `private.pem` and `public.pem`.
        allow_unmarked: Accept a key without the dev watermark.
        generate: Generates the key of an empty directory.

    Raises:
        KeyDirectoryError: the directory or a file in it cannot be used; nothing was overwritten.
    """
    make_directory(directory)
    if not exists(directory / PRIVATE_NAME):
        with explain_os_errors(directory), lock_directory(directory):
            _reject_lone_public_key(directory)
            if not exists(directory / PRIVATE_NAME):
                create_file(directory / PRIVATE_NAME, encode_private_pem(generate()), mode=0o600)
    key = load_key(directory, allow_unmarked=allow_unmarked)
    if not exists(directory / PUBLIC_NAME):
        _restore_public_key(directory, key)
    return key


def load_key(directory: Path, *, allow_unmarked: bool = False) -> SigningKey:
    """Load the key of *directory* without writing anything.

    Raises:
        KeyDirectoryError: the directory holds no key, or one that cannot be used.
    """
    path = directory / PRIVATE_NAME
    _reject_lone_public_key(directory)
    exists(path)  # raises an error that names the missing target of a symbolic link
    data = read_file(path, MAX_PEM_BYTES)
    with explain_os_errors(path):
        warn_if_file_exposed(path)
    try:
        key = decode_private_pem(data, kid=DEFAULT_KID, algorithm=Algorithm.RS256)
    except JwtError as error:
        problem = f"{error}; move it and {PUBLIC_NAME} away, and the next start makes a new pair"
        raise KeyDirectoryError(path, problem) from error
    check_watermark(path, key, allow_unmarked=allow_unmarked)
    _check_public_key(directory / PUBLIC_NAME, key)
    return key


def _reject_lone_public_key(directory: Path) -> None:
    path = directory / PUBLIC_NAME
    # Checked in this order, because a concurrent writer writes the private key first.
    if exists(path) and not exists(directory / PRIVATE_NAME):
        problem = (
            f"its private key, {PRIVATE_NAME}, is missing; restore {PRIVATE_NAME}, or move "
            f"{PUBLIC_NAME} away, and the next start makes a new pair"
        )
        raise KeyDirectoryError(path, problem)


def check_watermark(path: Path, key: SigningKey, *, allow_unmarked: bool) -> None:
    """Check that an RSA key has the dev watermark; log a warning if *allow_unmarked* accepts it.

    Raises:
        UnmarkedKeyError: the key has no watermark, and *allow_unmarked* is false.
    """
    if has_watermark(key.verification_key.public_key):
        return
    if not allow_unmarked:
        problem = (
            "this key was not made by the token issuer (no dev watermark), so it may be a "
            f"production key; move it and {PUBLIC_NAME} away, or set "
            "TOKEN_ISSUER_ALLOW_UNMARKED_KEYS=true if you are sure"
        )
        raise UnmarkedKeyError(path, problem)
    message = (
        f"{show_path(path)}: SIGNING WITH A KEY WITHOUT THE DEV WATERMARK: production cannot "
        "recognise its tokens (TOKEN_ISSUER_ALLOW_UNMARKED_KEYS is set)"
    )
    warn_once(path.parent, "watermark", message)


def _check_public_key(path: Path, key: SigningKey) -> None:
    if not exists(path):
        return
    data = read_file(path, MAX_PEM_BYTES)
    try:
        public_key = decode_public_key(data.decode("ascii")).public_key
    except (JwtError, UnicodeDecodeError) as error:
        problem = (
            "not a public key in PEM; delete it, and the next start derives it from private.pem"
        )
        raise KeyDirectoryError(path, problem) from error
    if public_key != key.verification_key.public_key:
        problem = (
            "does not belong to private.pem; delete public.pem, and the next start derives it "
            "from private.pem, or restore the private.pem to which it belongs"
        )
        raise KeyDirectoryError(path, problem)


def _restore_public_key(directory: Path, key: SigningKey) -> None:
    """Write the missing `public.pem` if the directory is writable; signing does not need it."""
    try:
        with explain_os_errors(directory), lock_directory(directory):
            if not exists(directory / PUBLIC_NAME):
                write_file(directory / PUBLIC_NAME, encode_public_pem(key), mode=0o644)
    except KeyDirectoryError as error:
        is_read_only = getattr(error.__cause__, "errno", None) in _READ_ONLY
        level = logging.INFO if is_read_only else logging.WARNING
        logger.log(level, "%s is not written: %s", PUBLIC_NAME, error)
