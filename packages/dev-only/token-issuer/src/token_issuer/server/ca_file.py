# DEV-ONLY: never ship to production.
"""The file by which clients trust the CA of `--tls`."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from proxy_guard.dev_marks import BANNER, SERVICE_NAME

from token_issuer.errors import CertificateError
from token_issuer.input_files import read_regular_file

_FIRST_LINE: Final = f"{BANNER}: the CA of a {SERVICE_NAME}, valid for one day\n"
_MAX_BYTES: Final = 8 << 20  # the proxy for Google's names may add the roots of a machine
_MODE: Final = 0o644  # for clients of other users: a certificate is no secret
_REMEDY: Final = "or name another file with TOKEN_ISSUER_TLS_CA (--tls-ca)"


def write_ca_file(path: Path, certificate_pem: str) -> None:
    """Write the certificate of a CA atomically.

    Args:
        path: The file. One that an issuer has written is replaced.
        certificate_pem: The certificate.

    Raises:
        CertificateError: the file cannot be written, or another program has written it.
    """
    try:
        _check_replaceable(path)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            try:
                file.write(f"{_FIRST_LINE}{certificate_pem}".encode("ascii"))
                file.flush()
                with suppress(OSError):  # some volumes have no permissions
                    os.fchmod(file.fileno(), _MODE)
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink()
                raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = f"cannot be written: {reason}; make its directory writable, {_REMEDY}"
        raise CertificateError(path, problem) from error


def _check_replaceable(path: Path) -> None:
    try:
        data = read_regular_file(path, _MAX_BYTES)
    except FileNotFoundError:
        return
    except ValueError:
        data = b""
    if not data.startswith(BANNER.encode()):
        problem = f"exists, but {SERVICE_NAME} did not write it; move it away, {_REMEDY}"
        raise CertificateError(path, problem)
