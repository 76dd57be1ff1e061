"""The listening socket and the uvicorn server."""

import logging
import signal
import socket
import sys
from functools import partial
from types import FrameType
from typing import Any, Final, NoReturn

import uvicorn
from bounded_http.limits import Limits
from bounded_http.protocol import BoundedProtocol

from reference_proxy.app import create_app
from reference_proxy.settings import Settings

SHUTDOWN_TIMEOUT_S: Final = 8
"""Time limit of requests in flight after SIGTERM; container engines send SIGKILL after 10 s."""


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT, then complete the requests in flight.

    Returns:
        0 after an orderly stop, 1 if the address cannot be bound.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        listener = _bind(settings.host, settings.port)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "not a host name"
        print(
            f"reference-proxy: cannot listen on {settings.host}:{settings.port} ({reason}):"
            " stop the program that uses the port, or set PROXY_HOST and PROXY_PORT",
            file=sys.stderr,
        )
        return 1
    with listener:
        _announce(settings, listener.getsockname()[1])
        protocol: Any = partial(BoundedProtocol, _build_limits(settings))
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(settings),
                http=protocol,
                ws="none",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # forwarding.py decides about X-Forwarded-*
                server_header=False,
                date_header=False,  # the upstream's Date passes through
                timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
            )
        )
        # uvicorn raises the signal again after its shutdown; the handler makes the exit status 0.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _exit_orderly)
        server.run(sockets=[listener])
    return 0


def _build_limits(settings: Settings) -> Limits:
    return Limits(
        header_bytes=settings.max_header_bytes,
        request_s=settings.request_timeout.total_seconds(),
        body_bytes_per_s=settings.min_body_rate,
        keep_alive_s=settings.keep_alive.total_seconds(),
    )


def _bind(host: str, port: int) -> socket.socket:
    # asyncio disables Nagle's algorithm, which delays responses, only on sockets that are created
    # with IPPROTO_TCP; socket.create_server does not pass it.
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _announce(settings: Settings, port: int) -> None:
    keys = settings.jwks_uri or "JWT_PUBLIC_KEY"
    print(
        f"reference-proxy: listening on http://{settings.host}:{port}, upstream"
        f" {settings.upstream_url}, keys from {keys}, issuer {settings.issuer},"
        f" audience {settings.audience}",
        flush=True,
    )


def _exit_orderly(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
