# DEV-ONLY: never ship to production.
"""Strict JSON bodies: an empty one stands for all defaults, unknown and mistyped fields are errors.

Litestar's own reading converts types, such as "true" to true.
"""

from typing import Any

import msgspec
from litestar import Request

from token_issuer.errors import InvalidInputError


class JsonRequest(Request[Any, Any, Any]):
    """A request whose body is read as the Struct that the handler's `data` is annotated with."""

    async def body(self) -> bytes:
        """Return the body; an empty object if it is empty."""
        return await super().body() or b"{}"

    async def json(self) -> Any:
        """Decode the body.

        Raises:
            InvalidInputError: not JSON, or not what the Struct allows.
        """
        schema = self.route_handler.parsed_fn_signature.parameters["data"].annotation
        try:
            return msgspec.json.decode(await self.body(), type=schema)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            known = ", ".join(schema.__struct_encode_fields__)
            message = f"body: {error}; expected JSON with some of: {known}"
            raise InvalidInputError(message, "body") from error
