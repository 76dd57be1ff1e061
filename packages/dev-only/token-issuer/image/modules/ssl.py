# DEV-ONLY: never ship to production.
"""What stands in for the standard module `ssl` in the simulator image, which has no TLS.

OpenSSL's shared libraries would be a quarter of the image, and the issuer serves plain HTTP. anyio,
asyncio and uvicorn import `ssl` for its names alone; whoever asks for TLS is told.
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
    message = "this image has no TLS: use an http URL, or token-issuer outside of the image"
    raise SSLError(None, message)


_create_default_https_context = create_default_context  # what http.client calls for https
