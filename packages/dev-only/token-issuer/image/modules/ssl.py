# DEV-ONLY: never ship to production.
"""Stand-in for the standard module `ssl` in the simulator image.

The OpenSSL of `ssl` would be a quarter of the image. The issuer serves HTTPS with the OpenSSL
inside cryptography instead. anyio, asyncio and uvicorn import `ssl` only for its names; code that
uses it for TLS gets an error.
"""

from typing import Any, Final, NoReturn

CERT_NONE: Final = 0
PROTOCOL_TLS_SERVER: Final = 17


class SSLError(OSError):
    """TLS was asked for."""


class SSLEOFError(SSLError):
    """Never raised: it is here to be caught."""


class SSLSyscallError(SSLError):
    """Never raised: it is here to be caught."""


class SSLWantReadError(SSLError):
    """Never raised: it is here to be caught."""


class SSLSocket:
    """No socket is one."""


class SSLContext:
    """No context can be made."""

    def __init__(self, *_: Any, **__: Any) -> None:
        create_default_context()


def create_default_context(*_: Any, **__: Any) -> NoReturn:
    """Refuse.

    Raises:
        SSLError: always; says what to do instead.
    """
    message = "this image has no module ssl: use token-issuer outside of the image"
    raise SSLError(None, message)


_create_default_https_context = create_default_context  # what http.client calls for https
