# DEV-ONLY: never ship to production.
"""The parts of a token, decoded as far as possible."""

from itertools import islice
from typing import Final

from token_issuer.tokens.defects.reading import TokenReading
from token_issuer.tokens.inspection.messages import InspectedPart, TextKind
from token_issuer.tokens.inspection.shown_text import shorten
from token_issuer.tokens.lenient_decoding import decode_base64

MAX_PARTS: Final = 8
_NAMES: Final = ("header", "payload", "signature")
_JWE_NAMES: Final = (
    "header",
    "encrypted key",
    "initialization vector",
    "ciphertext",
    "authentication tag",
)
"""RFC 7516 §3.1."""


def describe_parts(reading: TokenReading, kind: TextKind) -> list[InspectedPart]:
    """Describe the parts of a token, up to the eighth."""
    names = _JWE_NAMES if kind is TextKind.JWE else _NAMES
    readable = {0: reading.header_part} | (
        {} if kind is TextKind.JWE else {1: reading.payload_part}
    )
    described: list[InspectedPart] = []
    for index, text in islice(enumerate(reading.parts), MAX_PARTS):
        data, problems = decode_base64(text)
        part = None if data is None else readable.get(index)
        described.append(
            InspectedPart(
                name=names[index] if index < len(names) else f"part {index + 1}",
                text=shorten(text),
                length=len(text),
                size=None if data is None else len(data),
                decoded=None if part is None else shorten(part.text),
                problems=[*problems, *(() if part is None else part.problems)],
            )
        )
    return described
