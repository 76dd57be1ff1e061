# DEV-ONLY: never ship to production.
"""Types of ASGI, and the names of the entries that the issuer adds to a scope."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

TRANSPORT_EXTENSION: Final = "token_issuer.transport"
"""Key of the extension that holds the asyncio transport of the connection."""
ISSUER_STATE: Final = "issuer"
"""Key of the `Issuer` in the state of a scope."""
REQUEST_STATE: Final = "request"
"""Key of the `Request` in the state of a scope."""
VARY_STATE: Final = "vary"
"""Key of the `Vary` header in the state of a scope, for responses whose `Vary` CORS replaces."""
