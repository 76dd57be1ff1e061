# DEV-ONLY: never ship to production.
"""JSON in and out of the admin surface."""

from typing import Final, TypeVar

import msgspec
from litestar import Response

from token_issuer.errors import InvalidInputError
from token_issuer.media_types import JSON_TYPE

MAX_BODY_BYTES: Final = 16 * 1024
Body = TypeVar("Body", bound=msgspec.Struct)


def read_body(data: bytes, schema: type[Body]) -> Body:
    """Read a JSON body; an empty one stands for all defaults.

    Raises:
        InvalidInputError: not JSON, or not what *schema* asks for.
    """
    try:
        return msgspec.json.decode(data or b"{}", type=schema)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        known = ", ".join(schema.__struct_encode_fields__)
        message = f"body: {error}; expected JSON with some of: {known}"
        raise InvalidInputError(message, "body") from error


def answer(document: object) -> Response[bytes]:
    """RawResponse with JSON that no cache keeps."""
    return Response(
        msgspec.json.encode(document),
        media_type=JSON_TYPE,
        headers={"Cache-Control": "no-store"},
        status_code=200,
    )
