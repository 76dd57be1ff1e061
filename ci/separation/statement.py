"""Certificates as in-toto statements, which other tools can sign, and out of their envelopes.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

import base64
import json
from typing import Any, Final

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "urn:uuid:e24c8764-4945-47f5-b1fb-af3b7cb92775"
"""Identifies separation certificates. A UUID collides with no other type (RFC 9562), and belongs to
no host."""

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"


def build(certificate: dict[str, Any]) -> dict[str, Any]:
    """Build the statement whose subjects are the artefacts of *certificate*."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": list_subjects(certificate),
        "predicateType": PREDICATE_TYPE,
        "predicate": certificate,
    }


def list_subjects(certificate: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the subjects of the statement with *certificate*."""
    return [
        {"name": entry["path"], "digest": {"sha256": entry["sha256"]}}
        for entry in certificate["artefacts"]
    ]


def unwrap(document: Any) -> tuple[Any, Any]:
    """Return the certificate and the subjects of a statement.

    The statement may be in a DSSE envelope, also in that of a bundle of Sigstore. The signature of
    an envelope is not verified. Any other document is returned as it is, with None.

    Raises:
        ValueError: the payload of an envelope is not JSON in base64.
    """
    if isinstance(document, dict):
        document = document.get("dsseEnvelope", document)
    if isinstance(document, dict) and document.get("payloadType") == PAYLOAD_TYPE:
        document = parse_json(base64.b64decode(str(document.get("payload")), validate=True))
    if not isinstance(document, dict) or document.get("_type") != STATEMENT_TYPE:
        return document, None
    if document.get("predicateType") != PREDICATE_TYPE:
        return None, None
    subjects = document.get("subject")
    return document.get("predicate"), [] if subjects is None else subjects


def parse_json(text: str | bytes) -> Any:
    """Parse JSON without repeated members and without constants such as NaN.

    Raises:
        ValueError: the text is something else.
    """
    return json.loads(text, object_pairs_hook=_refuse_duplicates, parse_constant=_refuse_constant)


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        message = "a member occurs twice"
        raise ValueError(message)
    return members


def _refuse_constant(name: str) -> None:
    message = f"{name} is not JSON (RFC 8259 §6)"
    raise ValueError(message)
