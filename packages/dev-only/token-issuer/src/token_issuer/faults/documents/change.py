# DEV-ONLY: never ship to production.
"""Application of document faults to a key document."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from token_issuer.faults.documents.certificates import change_certificates
from token_issuer.faults.documents.jwks import change_jwks
from token_issuer.faults.kinds import DOCUMENT_KINDS, FaultKind
from token_issuer.keys.view import Document
from token_issuer.paths import CERTIFICATES_PATH

HUGE_BYTES: Final = 10_000_000


def change_document(
    document: Document, path: str, kinds: Collection[str], now: datetime
) -> Document:
    """Return *document* with the document faults among *kinds*, in the order of `FaultKind`.

    `stale` is not applied here: it selects an earlier document.

    Args:
        document: The valid document.
        path: The path of the document; it tells whether the document holds JWKs or certificates.
        kinds: The kinds of the active faults.
        now: The date of added certificates.
    """
    changes = [kind for kind in FaultKind if kind in DOCUMENT_KINDS and kind in kinds]
    if changes in ([], [FaultKind.STALE]):
        return document
    if path == CERTIFICATES_PATH:
        body = change_certificates(document.body, changes, now)
    else:
        body = change_jwks(document.body, changes)
    if FaultKind.HUGE in changes:
        body = _pad(body)
    if FaultKind.MALFORMED in changes:
        body = body[:-1]  # without the closing brace
    return Document.from_body(body)


def _pad(body: bytes) -> bytes:
    """Insert spaces before the last brace, which leaves the JSON valid and the keys unchanged."""
    return body[:-1] + b" " * (HUGE_BYTES - len(body)) + body[-1:]
