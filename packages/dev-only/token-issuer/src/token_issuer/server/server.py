# DEV-ONLY: never ship to production.
"""uvicorn on a listening socket: until SIGTERM or SIGINT, or in a thread."""

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from bounded_http.limits import Limits
from proxy_guard.dev_marks import SERVICE_NAME

from token_issuer.config.settings import Settings
from token_issuer.errors import AddressError
from token_issuer.google.providers import Providers
from token_issuer.issuers.issuers import Issuers
from token_issuer.server.addresses import format_address, resolve_address
from token_issuer.server.signals import exit_on_signals
from token_issuer.web.fast_path import Protocol, list_endpoints
from token_issuer.web.lazy_app import LazyApp

if TYPE_CHECKING:
    from token_issuer.server.tls import ServerTls

_BACKLOG: Final = 2048
_GRACE_S: Final = 8  # below the ten seconds after which Docker kills a container
_THREAD_GRACE_S: Final = 1
_MAX_JOIN_S: Final = 10  # far above the grace period of a server in a thread
_BUILD_DELAY_S: Final = 0.03
"""Time to answer requests that waited for the start, before importing Litestar uses the CPU."""
_LISTEN_OPTIONS: Final = "TOKEN_ISSUER_HOST and TOKEN_ISSUER_PORT (--host, --port)"

logger = logging.getLogger(__name__)


def listen(
    host: str, port: int, *, is_shared: bool = False, options: str = _LISTEN_OPTIONS
) -> socket.socket:
    """Open the listening socket.

    Args:
        host: A name or address of this machine.
        port: The port; 0 selects a free one.
        is_shared: Whether other shared sockets may listen on the same port. Linux distributes
            the connections among them.
        options: The settings of *host* and *port*, for the error message.

    Raises:
        AddressError: the port is taken, or the host is not an address of this machine.
    """
    try:
        return _open_listener(host, port, is_shared=is_shared)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "not a host name"
        message = (
            f"cannot listen on {host} port {port}: {reason}; choose another one with {options}"
        )
        raise AddressError(message) from error


def _open_listener(host: str, port: int, *, is_shared: bool) -> socket.socket:
    family, kind, protocol, address = resolve_address(host, port)
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def format_url(listener: socket.socket, scheme: str = "http") -> str:
    """Return the base URL of *listener*."""
    return format_address(listener.getsockname(), scheme)


def configure_logging(settings: Settings) -> None:
    """Log to standard error. uvicorn logs start and stop only if the log level is debug."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    if settings.log_level != "debug":
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def serve(issuers: Issuers, listener: socket.socket, tls: "ServerTls | None" = None) -> None:
    """Serve *issuers* on *listener* until SIGTERM or SIGINT.

    Args:
        issuers: The issuers.
        listener: The listening socket.
        tls: The TLS of each connection; None for plain HTTP.

    Raises:
        ApplicationError: the web application could not be built.
    """
    server = _build_server(issuers, tls, grace_s=_GRACE_S)

    # While uvicorn runs, it handles the signals itself, and completes the responses in progress.
    # This handler is for signals during its start, which an exception must not interrupt.
    exit_on_signals(leave=lambda _exit_code: server.stop())
    server.run(sockets=[listener])
    server.application.check()


@contextmanager
def serve_in_thread(
    issuers: Issuers, listener: socket.socket, tls: "ServerTls | None" = None
) -> Iterator[Providers]:
    """Serve *issuers* on *listener* while the block runs; signals are not handled.

    The server also stops while a test has frozen the time. A thread that does not end within
    `_MAX_JOIN_S` seconds is left behind, so that it does not block the tests.

    Args:
        issuers: The issuers.
        listener: The listening socket.
        tls: The TLS of each connection; None for plain HTTP.

    Yields:
        The providers of the logins of the issuers.

    Raises:
        ApplicationError: the web application could not be built. The error is raised at the end
            of the block; an exception from the block becomes its context.
    """
    server, url = _build_server(issuers, tls, grace_s=_THREAD_GRACE_S), format_url(listener)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name=SERVICE_NAME, daemon=True
    )
    thread.start()  # until it runs, connections wait in the backlog of the listener
    try:
        yield server.application.providers
    finally:
        server.stop()
        thread.join(_MAX_JOIN_S)
        if thread.is_alive():
            logger.error("the server on %s does not stop; its thread is left behind", url)
        server.application.check()


class _Server(uvicorn.Server):
    """Server that builds the application soon after it listens, and stops if the build fails.

    It waits for an event that stops it. uvicorn polls a flag instead, which depends on a clock that
    tests replace. From the start of the shutdown, faults do not delay responses.
    """

    def __init__(
        self, config: uvicorn.Config, application: LazyApp, tls: "ServerTls | None"
    ) -> None:
        super().__init__(config)
        self.application = application
        self._tls = tls
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_stopped = asyncio.Event()
        application.built.add_done_callback(self._stop_unless_built)

    def stop(self) -> None:
        """Start the shutdown; any thread and any signal handler may call this at any time."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: the server has stopped already
                self._loop.call_soon_threadsafe(self._is_stopped.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Start the shutdown after a signal."""
        super().handle_exit(sig, frame)
        self.stop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        asyncio.get_running_loop().call_later(_BUILD_DELAY_S, self.application.begin)

    async def main_loop(self) -> None:
        await self.on_tick(0)  # sets the default header fields of uvicorn
        if not self.should_exit:  # `stop` may have been called before `startup`
            await self._is_stopped.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.application.stopping.set()
        if self._tls is not None:
            self._tls.abort_handshakes()
        await super().shutdown(sockets)

    def _stop_unless_built(self, built: Future[Any]) -> None:
        if built.exception() is not None:
            self.stop()


def _build_server(issuers: Issuers, tls: "ServerTls | None", *, grace_s: int) -> _Server:
    application = LazyApp(issuers)
    application.providers.check()
    settings = issuers.settings
    limits = Limits(
        header_bytes=settings.max_header_bytes,
        request_s=settings.request_timeout.total_seconds(),
        keep_alive_s=settings.keep_alive.total_seconds(),
    )
    endpoints = list_endpoints(issuers)
    protocol: Any = partial(Protocol, issuers.clock, endpoints, application.providers, limits)
    if tls is not None:
        protocol = tls.wrap(protocol, limits.request_s)
    return _Server(
        uvicorn.Config(
            application,
            http=protocol,
            loop="token_issuer.server.event_loop:EventLoop",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=settings.access_log,
            server_header=False,
            date_header=False,  # the common header fields include Date, from the issuer's clock
            timeout_graceful_shutdown=grace_s,
        ),
        application,
        tls,
    )
