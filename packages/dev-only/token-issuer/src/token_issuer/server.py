# DEV-ONLY: never ship to production.
"""Serving the application on one socket until a signal says stop."""

import logging
import signal
import socket
import sys
from types import FrameType

import uvicorn

from token_issuer.app import create_app
from token_issuer.errors import AddressError
from token_issuer.issuing import Issuer
from token_issuer.settings import Settings

_BACKLOG = 2048
_GRACE_S = 8  # below the ten seconds after which Docker kills


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket.

    Raises:
        AddressError: the port is taken, or the host is no address of this machine.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "not a host name"
        msg = (
            f"cannot listen on {host} port {port}: {reason}; choose another one with "
            "TOKEN_ISSUER_HOST and TOKEN_ISSUER_PORT (--host, --port)"
        )
        raise AddressError(msg) from error


def format_url(listener: socket.socket) -> str:
    """Return the base URL under which *listener* is reached."""
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def exit_cleanly_on_signals() -> None:
    """Let SIGTERM and SIGINT end the process with exit code 0.

    uvicorn takes both over while it serves, finishes what is in flight, and then raises them again
    for the handlers found here. As process 1 of a container there would be no handler at all.
    """

    def exit_cleanly(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, exit_cleanly)


def configure_logging(settings: Settings) -> None:
    """Send the log to standard error; uvicorn's own start and stop notes only when debugging."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    if settings.log_level != "debug":
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def serve(issuer: Issuer, listener: socket.socket) -> None:
    """Answer requests on *listener* until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        create_app(issuer),
        http="httptools",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=issuer.settings.access_log,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    uvicorn.Server(config).run(sockets=[listener])
