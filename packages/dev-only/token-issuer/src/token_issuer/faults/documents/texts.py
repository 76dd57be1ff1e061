# DEV-ONLY: never ship to production.
"""Faulty objects of certificates or public keys in PEM by `kid`, with document faults."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from token_issuer.faults.documents.jwks import MANY_KEYS
from token_issuer.faults.kinds import FaultKind
from token_issuer.key_documents import Format
from token_issuer.keys.certificates import certify
from token_issuer.keys.throwaway_keys import WEAK_KID, get_throwaway_key, get_weak_key

_Members = list[tuple[str, str]]  # not a dict: a kid may occur twice
_Encode = Callable[[RSAPrivateKey], str]
_Change = Callable[[_Members, _Encode], _Members]


def change_texts(body: bytes, format_: Format, kinds: Sequence[FaultKind], now: datetime) -> bytes:
    """Return the document *body* with the faults *kinds*, if they apply to its format.

    Added certificates have the date *now*.
    """

    def encode(key: RSAPrivateKey) -> str:
        return certify(key, now) if format_ is Format.CERTIFICATES else _encode_public_key(key)

    members = list(json.loads(body).items())
    for kind in kinds:
        if kind in _CHANGES:
            members = _CHANGES[kind](members, encode)
    texts = (f"{json.dumps(kid)}:{json.dumps(text)}" for kid, text in members)
    return f"{{{','.join(texts)}}}".encode()


def _encode_public_key(key: RSAPrivateKey) -> str:
    """Return the public key in PEM; `encode_public_pem` rejects weak keys."""
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode("ascii")


def _remove_members(_members: _Members, _encode: _Encode) -> _Members:
    return []


def _add_many(members: _Members, encode: _Encode) -> _Members:
    text = encode(get_throwaway_key())
    return [(f"extra-{number}", text) for number in range(MANY_KEYS - len(members))] + members


def _duplicate_kids(members: _Members, encode: _Encode) -> _Members:
    text = encode(get_throwaway_key())
    return [(kid, text) for kid, _ in members] + members


def _add_weak_key(members: _Members, encode: _Encode) -> _Members:
    return [(WEAK_KID, encode(get_weak_key())), *members]


_CHANGES: Final[Mapping[FaultKind, _Change]] = {
    FaultKind.EMPTY: _remove_members,
    FaultKind.MANY: _add_many,
    FaultKind.DUPLICATE_KID: _duplicate_kids,
    FaultKind.WEAK_KEY: _add_weak_key,
}
