# DEV-ONLY: never ship to production.
"""Strict decoding of JSON bodies: unknown and mistyped fields are errors.

An empty body is an empty object. Litestar's own decoding converts types, such as "true" to true.
"""

from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Request

from token_issuer.errors import InvalidInputError
from token_issuer.media_types import FORM_TYPE, JSON_TYPE
from token_issuer.web.errors import HttpError, reject_encoded_body

_FORM_TYPES: Final = frozenset({FORM_TYPE, "multipart/form-data"})


class JsonRequest(Request[Any, Any, Any]):
    """A request whose body is decoded as the type of the handler's `data` parameter."""

    async def body(self) -> bytes:
        """Return the body; `{}` if it is empty."""
        return await super().body() or b"{}"

    async def json(self) -> Any:
        """Decode the body.

        Raises:
            InvalidInputError: the body is not JSON, or does not match the type.
            HttpError: the body is a form, or compressed.
        """
        reject_encoded_body(",".join(self.headers.getall("content-encoding", [])))
        schema = self.route_handler.parsed_fn_signature.parameters["data"].annotation
        try:
            return msgspec.json.decode(await self.body(), type=schema)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            expected = _describe(schema)
            is_json = isinstance(error, msgspec.ValidationError)  # but not as the route expects it
            media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
            if media_type in _FORM_TYPES and not is_json:
                message = (
                    f"Content-Type: the body is a form; send {expected}, and the header "
                    f"Content-Type: {JSON_TYPE}"
                )
                raise HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message) from error
            message = f"body: {error}; expected {expected}"
            raise InvalidInputError(message, "body") from error


def _describe(schema: Any) -> str:
    fields = getattr(schema, "__struct_encode_fields__", ())
    return f"JSON with some of: {', '.join(fields)}" if fields else "a JSON object"
