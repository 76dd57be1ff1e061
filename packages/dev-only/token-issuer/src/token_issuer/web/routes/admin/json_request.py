# DEV-ONLY: never ship to production.
"""Strict decoding of JSON bodies: unknown and mistyped fields are errors.

An empty body is an empty object. Litestar's own decoding converts types, such as "true" to true.
"""

from typing import Any

import msgspec
from litestar import Request

from token_issuer.errors import InvalidInputError


class JsonRequest(Request[Any, Any, Any]):
    """A request whose body is decoded as the Struct type of the handler's `data` parameter."""

    async def body(self) -> bytes:
        """Return the body; `{}` if it is empty."""
        return await super().body() or b"{}"

    async def json(self) -> Any:
        """Decode the body.

        Raises:
            InvalidInputError: the body is not JSON, or does not match the Struct.
        """
        schema = self.route_handler.parsed_fn_signature.parameters["data"].annotation
        try:
            return msgspec.json.decode(await self.body(), type=schema)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            known = ", ".join(schema.__struct_encode_fields__)
            message = f"body: {error}; expected JSON with some of: {known}"
            raise InvalidInputError(message, "body") from error
