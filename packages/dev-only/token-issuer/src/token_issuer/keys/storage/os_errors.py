# DEV-ONLY: never ship to production.
"""Errors of the operating system as errors of the key directory, with a remedy."""

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from token_issuer.errors import KeyDirectoryError, UnsuitableFileError

UNSUPPORTED: Final = frozenset({
    errno.EINVAL,
    errno.ENOSYS,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.ENOTTY,
})
"""Error numbers of operations that a file system does not support."""

_OTHER_VOLUME: Final = "or use a directory on another volume"
_ATTRIBUTES: Final = "owner, permissions and file attributes (lsattr)"
_DESCRIPTIONS: Final[Mapping[int, str]] = {
    errno.ENOENT: "does not exist; make a key pair with: token-issuer make-keys DIR",
    errno.EROFS: "is on a read-only file system, so no key can be written; mount it writable",
    errno.ENOTDIR: "is not a directory; give the directory that holds (or will hold) the keys",
    errno.ENOSPC: f"no space left on the volume; free some, {_OTHER_VOLUME}",
    errno.EDQUOT: f"the disk quota is used up; free some space, {_OTHER_VOLUME}",
    errno.EFBIG: f"larger than the process or the volume permits; raise the limit, {_OTHER_VOLUME}",
    errno.EIO: "input/output error of the volume; see the kernel log (dmesg), "
    "and use a directory on another volume",
    errno.ESTALE: "the network volume no longer has this file (stale handle); mount it again",
    errno.EBUSY: "is in use, or mounted by itself; mount the directory, not single files in it",
    errno.EISDIR: "is a directory, not a file; move it away",
    errno.EEXIST: "an existing file cannot be replaced, such as a broken symbolic link "
    f"or a file on a volume that cannot rename over files; move it away, {_OTHER_VOLUME}",
    errno.ELOOP: "is a symbolic link that leads back to itself; remove it",
    errno.ENAMETOOLONG: "the name is too long for the volume; choose a shorter one",
}


@contextlib.contextmanager
def explain_os_errors(path: Path) -> Iterator[None]:
    """Convert an OSError to a KeyDirectoryError with a remedy."""
    try:
        yield
    except OSError as error:
        kind = UnsuitableFileError if error.errno == errno.ELOOP else KeyDirectoryError
        raise kind(path, _describe(error)) from error


def _describe(error: OSError) -> str:
    match error.errno:
        case errno.EACCES | errno.EPERM:
            user = os.geteuid()
            squashed = "" if user else " (NFS gives root no rights unless no_root_squash is set)"
            check = "owner and permissions" if error.errno == errno.EACCES else _ATTRIBUTES
            return f"permission denied for user id {user}{squashed}; check {check}"
        case number:
            default = f"cannot be used: {error.strerror}; check the volume, {_OTHER_VOLUME}"
            return _DESCRIPTIONS.get(number or 0, default)
