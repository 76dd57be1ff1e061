# DEV-ONLY: never ship to production.
"""ASGI wrapper that builds the Litestar application in a background thread.

Importing Litestar dominates start-up and the fast path does not need it, so it is imported after
the server listens. Requests that need the full path wait until the application is built.
"""

import asyncio
import threading
from concurrent.futures import Future
from typing import Final

from jwt_core import Algorithm
from jwt_core.algorithms import get_scheme

from token_issuer.errors import ApplicationError
from token_issuer.google.providers import Providers
from token_issuer.issuers.issuers import Issuers
from token_issuer.web.asgi import Receive, Scope, Send
from token_issuer.web.middleware import Middleware

# Litestar's modules form import cycles, and some are imported only when an application is built. If
# two threads import them at the same time, one sees a partly initialised module, and fails.
_LOCK: Final = threading.Lock()


class LazyApp:
    """ASGI application of the issuers of a process, built in a background thread.

    Attributes:
        stopping: Set when the server stops. From then on, faults do not delay responses.
        built: The built application, or the exception that its import or construction raised.
        providers: The providers of the logins of the issuers.
    """

    def __init__(self, issuers: Issuers) -> None:
        self.stopping = asyncio.Event()
        self.built: Future[Middleware] = Future()
        self.built.set_running_or_notify_cancel()  # a client that leaves must not cancel it
        self.providers = Providers(issuers)
        self._issuers = issuers
        self._thread = threading.Thread(target=self._build)

    def begin(self) -> None:
        """Start the build of the application, unless it has been started."""
        if self._thread.ident is None:
            self._thread.start()

    def check(self) -> None:
        """Raise an error if the build has failed.

        Raises:
            ApplicationError: the import or construction of the application failed.
        """
        error = self.built.exception() if self.built.done() else None
        if error is not None:
            raise ApplicationError(error) from error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait until the application is built, and pass the request on to it."""
        self.begin()
        built = self.built
        app = built.result() if built.done() else await asyncio.wrap_future(built)
        await app(scope, receive, send)

    def _build(self) -> None:
        try:
            with _LOCK:
                app = self._import_and_create()
        except BaseException as error:  # noqa: BLE001  # `built` passes it on
            self.built.set_exception(error)
        else:
            self.built.set_result(app)

    def _import_and_create(self) -> Middleware:
        get_scheme(Algorithm.RS256)  # loads the signing code before the first token needs it
        from token_issuer.web.app import create_app  # noqa: PLC0415  # see above

        app = create_app(self._issuers.settings, self.providers)
        return Middleware(app, self._issuers, self.stopping)
