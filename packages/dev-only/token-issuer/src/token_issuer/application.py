# DEV-ONLY: never ship to production.
"""The application, built in the background soon after the server listens.

To import the web framework takes longer than all else that happens at the start, and plain requests
do without it.
"""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from jwt_core import Algorithm
from jwt_core.algorithms import get_scheme

from token_issuer.issuing import Issuer

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Receive, Scope, Send


class Application:
    """An ASGI application around *issuer*; who comes before it is built waits.

    Attributes:
        stopping: Set when the server stops: nothing is held back from then on.
    """

    def __init__(self, issuer: Issuer) -> None:
        self.stopping = asyncio.Event()
        self._issuer = issuer
        self._executor = ThreadPoolExecutor(1)
        self._building: Future[ASGIApp] | None = None

    def begin(self) -> "Future[ASGIApp]":
        """Begin to build it, unless that has been done."""
        if self._building is None:
            self._building = self._executor.submit(self._build)
        return self._building

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request."""
        building = self.begin()
        app = building.result() if building.done() else await asyncio.wrap_future(building)
        await app(scope, receive, send)

    def _build(self) -> "ASGIApp":
        get_scheme(Algorithm.RS256)  # loads what signs before the first token needs it
        from token_issuer.app import create_app  # noqa: PLC0415  # see the module
        from token_issuer.faults.layer import FaultLayer  # noqa: PLC0415  # see the module

        return FaultLayer(create_app(self._issuer), self._issuer.faults, self.stopping)
