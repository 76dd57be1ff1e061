# DEV-ONLY: never ship to production.
"""Error responses: RFC 6749 §5.2 on `/token`, RFC 9457 problem details elsewhere."""

from msgspec import Struct


class TokenErrorResponse(Struct, frozen=True, kw_only=True):
    """RFC 6749 §5.2."""

    error: str
    error_description: str


class ProblemResponse(Struct, frozen=True, kw_only=True):
    """RFC 9457 §3."""

    type: str
    title: str
    status: int
    detail: str
