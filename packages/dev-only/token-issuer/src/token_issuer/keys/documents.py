# DEV-ONLY: never ship to production.
"""Encoding of keys as a key document, in each of its formats.

Certificates hold the dev mark in their subject, and a JWK Set has a member of its own. Public keys
in PEM have no place for a mark: they are recognised by their `kid` and by the header of responses.

Spec: RFC 7517 §5, RFC 5280 §4.1 (SubjectPublicKeyInfo)
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Self

from jwt_core import SigningKey, encode_jwk, encode_public_pem
from proxy_guard.dev_marks import JWKS_MEMBER

from token_issuer.key_documents import Format
from token_issuer.keys.certificates import encode_certificate


@dataclass(frozen=True, slots=True)
class Document:
    """A key document: its encoded body and its entity tag."""

    body: bytes
    etag: str

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """Return the document with this *body*, and an entity tag derived from it."""
        return cls(body, f'"{sha256(body).hexdigest()[:32]}"')


def encode_document(format_: Format, keys: Iterable[tuple[SigningKey, datetime]]) -> Document:
    """Return the document of the public keys of *keys*.

    Args:
        format_: The format.
        keys: The keys, and when each was made, which dates its certificate.
    """
    match format_:
        case Format.JWKS:
            jwks = [encode_jwk(key.verification_key) for key, _ in keys]
            return _encode({"keys": jwks, JWKS_MEMBER: True})
        case Format.CERTIFICATES:
            return _encode({key.kid: encode_certificate(key, made_at) for key, made_at in keys})
        case Format.PUBLIC_KEYS:
            return _encode({key.kid: encode_public_pem(key).decode("ascii") for key, _ in keys})


def _encode(document: object) -> Document:
    return Document.from_body(json.dumps(document, separators=(",", ":")).encode())
