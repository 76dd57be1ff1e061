# DEV-ONLY: never ship to production.
"""The key directory: one key pair that survives restarts, races and crashes.

`private.pem` is the truth; `public.pem` is derived from it and written after it. So a crash leaves
no key, the private key alone, or both, and each of these is a sound start. The public key alone is
what a person left behind: to be asked about, not to be completed. A ring of more keys lies beside
them, see `keyring.directory`.
"""

import logging
from collections.abc import Callable
from pathlib import Path

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

from token_issuer.errors import KeyDirectoryError, UnmarkedKeyError
from token_issuer.keys.storage.files import (
    PRIVATE_NAME,
    PUBLIC_NAME,
    exists,
    explain_os_errors,
    lock_directory,
    make_directory,
    remove_leftovers,
    warn_if_exposed,
    write_file,
)
from token_issuer.keys.watermark import generate_marked_key, has_watermark

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
    make_directory(directory)
    if not exists(directory / PRIVATE_NAME):
        with explain_os_errors(directory), lock_directory(directory):
            _refuse_lone_public_key(directory)
            remove_leftovers(directory)
            if not exists(directory / PRIVATE_NAME):
                write_file(directory / PRIVATE_NAME, encode_private_pem(generate()), mode=0o600)
    key = load_key(directory, allow_unmarked=allow_unmarked)
    if not exists(directory / PUBLIC_NAME):
        _restore_public_key(directory, key)
    return key


def load_key(directory: Path, *, allow_unmarked: bool = False) -> SigningKey:
    """Load the key of *directory* without writing anything.

    Raises:
        KeyDirectoryError: no key, or one that cannot be used.
    """
    path = directory / PRIVATE_NAME
    with explain_os_errors(path):
        _refuse_lone_public_key(directory)
        data = path.read_bytes()
        warn_if_exposed(path)
    try:
        key = decode_private_pem(data, kid=DEFAULT_KID, algorithm=Algorithm.RS256)
    except JwtError as error:
        problem = f"{error}; move it and {PUBLIC_NAME} away: the next start makes a fresh pair"
        raise KeyDirectoryError(path, problem) from error
    check_watermark(path, key, allow_unmarked=allow_unmarked)
    _check_public_key(directory / PUBLIC_NAME, key)
    return key


def _refuse_lone_public_key(directory: Path) -> None:
    path = directory / PUBLIC_NAME
    # In this order: a writer that is at work makes the private key first.
    if exists(path) and not exists(directory / PRIVATE_NAME):
        problem = (
            f"{PRIVATE_NAME}, to which it belongs, is missing; put it back, or move {PUBLIC_NAME} "
            "away too: the next start makes a fresh pair"
        )
        raise KeyDirectoryError(path, problem)


def check_watermark(path: Path, key: SigningKey, *, allow_unmarked: bool) -> None:
    """Refuse an RSA key that the issuer did not make, or use it loudly.

    Raises:
        UnmarkedKeyError: no watermark, and that is not allowed.
    """
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
    with explain_os_errors(path):
        if not exists(path):
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
        with explain_os_errors(directory), lock_directory(directory):
            remove_leftovers(directory)
            if not exists(directory / PUBLIC_NAME):
                write_file(directory / PUBLIC_NAME, encode_public_pem(key), mode=0o644)
    except KeyDirectoryError as error:
        logger.info("%s is not written: %s", PUBLIC_NAME, error)
