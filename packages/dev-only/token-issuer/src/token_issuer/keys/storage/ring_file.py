# DEV-ONLY: never ship to production.
"""The content of `ring.json`: the key ring as a JSON document, including the private keys.

The times in it are text for msgspec, because freezegun replaces `datetime` by a class that msgspec
does not know.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from jwt_core import (
    Algorithm,
    JwtError,
    SigningKey,
    compute_thumbprint,
    decode_private_pem,
    encode_private_pem,
)
from msgspec import Meta, Struct

from token_issuer.config.choices import ALGORITHMS
from token_issuer.keys.ring import KeyRing, RingKey

_FORMAT: Final = 1


class _Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    kid: Annotated[str, Meta(min_length=1)]
    alg: str
    thumbprint: str
    created_at: str
    active_at: str
    retired_at: str | None = None
    removed_at: str | None = None
    hidden_until: str | None = None
    private_key: str | None = None


class _Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    dev_only: bool
    format: Annotated[int, Meta(ge=_FORMAT, le=_FORMAT)]
    made: Annotated[int, Meta(ge=1)]
    keys: list[_Entry]


def encode_ring(ring: KeyRing) -> bytes:
    """Encode *ring*, including its private keys."""
    entries = [
        _Entry(
            kid=key.kid,
            alg=key.algorithm.value,
            thumbprint=key.thumbprint,
            created_at=_format(key.created_at),
            active_at=_format(key.active_at),
            retired_at=None if key.retired_at is None else _format(key.retired_at),
            removed_at=None if key.removed_at is None else _format(key.removed_at),
            hidden_until=None if key.hidden_until is None else _format(key.hidden_until),
            private_key=encode_private_pem(key.signing_key).decode() if key.signing_key else None,
        )
        for key in ring.keys
    ]
    document = _Document(dev_only=True, format=_FORMAT, made=ring.made, keys=entries)
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def decode_ring(data: bytes, known: KeyRing | None = None) -> KeyRing:
    """Decode a document that `encode_ring` encoded.

    Args:
        data: The document.
        known: A ring whose private keys are reused, since decoding them is slow.

    Raises:
        ValueError: the document is invalid or a key cannot be used; the message has no secrets.
    """
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    decoded = {(k.kid, k.thumbprint): k.signing_key for k in (() if known is None else known.keys)}
    ring = KeyRing(tuple(_decode_entry(entry, decoded) for entry in document.keys), document.made)
    if len({key.kid for key in ring.keys}) < len(ring.keys):
        message = "two keys have the same kid"
        raise ValueError(message)
    if not any(key.algorithm is Algorithm.RS256 and key.signing_key for key in ring.keys):
        message = "no RS256 key to sign with"
        raise ValueError(message)
    return ring


def _check_thumbprint(entry: _Entry, key: SigningKey) -> None:
    if entry.thumbprint != compute_thumbprint(key.verification_key.public_key):
        message = "the thumbprint is that of another key"
        raise ValueError(message)


def _parse_algorithm(name: str) -> Algorithm:
    if name not in ALGORITHMS:
        message = f"alg '{name[:80]}' is not supported; expected one of {', '.join(ALGORITHMS)}"
        raise ValueError(message)
    return Algorithm(name)


def _format(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def _parse(text: str) -> datetime:
    with suppress(ValueError, OverflowError):
        time = datetime.fromisoformat(text)
        if time.utcoffset() is not None:
            return time.astimezone(UTC)
    message = f"'{text[:80]}' is not a date and time with its UTC offset"
    raise ValueError(message)


def _decode_entry(entry: _Entry, decoded: Mapping[tuple[str, str], SigningKey | None]) -> RingKey:
    try:
        algorithm = _parse_algorithm(entry.alg)
        signing_key = decoded.get((entry.kid, entry.thumbprint)) if entry.private_key else None
        if entry.private_key and signing_key is None:
            data = entry.private_key.encode()
            signing_key = decode_private_pem(
                data, kid=entry.kid, algorithm=algorithm, check_numbers=False
            )
            _check_thumbprint(entry, signing_key)
        return RingKey(
            kid=entry.kid,
            algorithm=algorithm,
            thumbprint=entry.thumbprint,
            signing_key=signing_key,
            created_at=_parse(entry.created_at),
            active_at=_parse(entry.active_at),
            retired_at=None if entry.retired_at is None else _parse(entry.retired_at),
            removed_at=None if entry.removed_at is None else _parse(entry.removed_at),
            hidden_until=None if entry.hidden_until is None else _parse(entry.hidden_until),
        )
    except (JwtError, ValueError) as error:
        message = f"key '{entry.kid[:80]}': {error}"
        raise ValueError(message) from error
