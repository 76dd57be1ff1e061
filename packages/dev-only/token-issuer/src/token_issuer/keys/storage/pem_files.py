# DEV-ONLY: never ship to production.
"""PEM files beside `ring.json`: copies of the active RSA key for programs that read PEM."""

from collections.abc import Iterator
from pathlib import Path

from jwt_core import (
    JwtError,
    SigningKey,
    compute_thumbprint,
    decode_private_pem,
    decode_public_key,
    encode_private_pem,
    encode_public_pem,
)

from token_issuer.errors import KeyDirectoryError
from token_issuer.keys.ring import KeyRing
from token_issuer.keys.storage.files import (
    MAX_PEM_BYTES,
    PRIVATE_NAME,
    PUBLIC_NAME,
    RING_NAME,
    exists,
    read_file,
    write_file,
)


def check_pair(directory: Path, ring: KeyRing) -> None:
    """Check that `private.pem` and `public.pem` hold keys of *ring*, if they exist.

    Raises:
        KeyDirectoryError: one of the files holds another key, or no key.
    """
    known = {key.thumbprint for key in ring.keys}
    for name, thumbprint in _read_pair(directory):
        if thumbprint not in known:
            problem = (
                f"is not a key of {RING_NAME}; move {name} away to have it written again, or move "
                f"{RING_NAME} away to sign with {PRIVATE_NAME} alone"
            )
            raise KeyDirectoryError(directory / name, problem)


def write_pair(directory: Path, active: SigningKey) -> None:
    """Write the PEM files of the key *active*, unless they hold it already.

    Raises:
        KeyDirectoryError: a file cannot be written.
    """
    files = (
        (PRIVATE_NAME, encode_private_pem(active), 0o600),
        (PUBLIC_NAME, encode_public_pem(active), 0o644),
    )
    for name, data, mode in files:
        path = directory / name
        if not exists(path) or read_file(path, MAX_PEM_BYTES) != data:
            write_file(path, data, mode=mode)


def _read_pair(directory: Path) -> Iterator[tuple[str, str | None]]:
    """Yield name and thumbprint of each PEM file; the thumbprint is None if it holds no key."""
    for name in (PRIVATE_NAME, PUBLIC_NAME):
        path = directory / name
        if exists(path):
            yield name, _compute_thumbprint(name, read_file(path, MAX_PEM_BYTES))


def _compute_thumbprint(name: str, data: bytes) -> str | None:
    try:
        if name == PRIVATE_NAME:
            key = decode_private_pem(data, check_numbers=False).verification_key
        else:
            key = decode_public_key(data.decode("ascii"))
    except (JwtError, UnicodeDecodeError):
        return None
    return compute_thumbprint(key.public_key)
