# DEV-ONLY: never ship to production.
"""Application of document faults to a key document."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from token_issuer.faults.documents.jwks import change_jwks
from token_issuer.faults.documents.texts import change_texts
from token_issuer.faults.kinds import DOCUMENT_KINDS, FaultKind
from token_issuer.key_documents import Format
from token_issuer.keys.documents import Document

HUGE_BYTES: Final = 10_000_000


def change_document(
    document: Document, format_: Format, kinds: Collection[str], now: datetime
) -> Document:
    """Return *document* with the document faults among *kinds*, in the order of `FaultKind`.

    `stale` is not applied here: it selects an earlier document.

    Args:
        document: The valid document.
        format_: Its format.
        kinds: The kinds of the active faults.
        now: The date of added certificates.
    """
    changes = [kind for kind in FaultKind if kind in DOCUMENT_KINDS and kind in kinds]
    if changes in ([], [FaultKind.STALE]):
        return document
    if format_ is Format.JWKS:
        body = change_jwks(document.body, changes)
    else:
        body = change_texts(document.body, format_, changes, now)
    if FaultKind.HUGE in changes:
        body = _pad(body)
    if FaultKind.MALFORMED in changes:
        body = body[:-1]  # without the closing brace
    return Document.from_body(body)


def _pad(body: bytes) -> bytes:
    """Insert spaces before the last brace, which leaves the JSON valid and the keys unchanged."""
    return body[:-1] + b" " * (HUGE_BYTES - len(body)) + body[-1:]
