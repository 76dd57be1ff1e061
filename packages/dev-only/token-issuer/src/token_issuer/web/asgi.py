# DEV-ONLY: never ship to production.
"""ASGI as the server and the full path use it: its types, and the names of what both add to it."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

TRANSPORT_EXTENSION: Final = "token_issuer.transport"
"""The extension that holds the asyncio transport of the connection."""
REQUEST_STATE: Final = "request"
"""The key in the state of a scope under which the full path keeps the request."""
VARY_STATE: Final = "vary"
"""The key in the state of a scope for the `Vary` of a response, which CORS would replace."""
