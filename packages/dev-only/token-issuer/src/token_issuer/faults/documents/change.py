# DEV-ONLY: never ship to production.
"""Document faults: what the body says. Pure functions of a document."""

from collections.abc import Collection
from typing import Final

from token_issuer.faults.documents.certificates import change_certificates
from token_issuer.faults.documents.jwks import change_jwks
from token_issuer.faults.kinds import DOCUMENT_KINDS, FaultKind
from token_issuer.keys.view import Document
from token_issuer.paths import CERTIFICATES_PATH

HUGE_BYTES: Final = 10_000_000


def change_document(document: Document, path: str, kinds: Collection[str]) -> Document:
    """Return *document* with the faults *kinds*, in the order of `FaultKind`.

    `stale` is not one of them: it changes no document, it chooses another.
    """
    wanted = [kind for kind in FaultKind if kind in DOCUMENT_KINDS and kind in kinds]
    if wanted in ([], [FaultKind.STALE]):
        return document
    change = change_certificates if path == CERTIFICATES_PATH else change_jwks
    body = change(document.body, wanted)
    if FaultKind.HUGE in wanted:
        body = _pad(body)
    if FaultKind.MALFORMED in wanted:
        body = body[:-1]  # the brace that closes it is missing
    return Document.tag(body)


def _pad(body: bytes) -> bytes:
    """Put blanks before the last brace: the JSON stays valid, and the keys the same."""
    return body[:-1] + b" " * (HUGE_BYTES - len(body)) + body[-1:]
