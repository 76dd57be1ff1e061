# DEV-ONLY: never ship to production.
"""ASGI extensions by which the server tells the application more than ASGI does."""

from typing import Final

TRANSPORT_EXTENSION: Final = "token_issuer.transport"
"""Holds the asyncio transport of the connection."""
