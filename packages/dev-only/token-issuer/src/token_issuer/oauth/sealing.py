# DEV-ONLY: never ship to production.
"""Sealed values: encrypted and authenticated records, which clients and browsers hold.

Codes, refresh tokens, sessions and pages in progress are sealed, so that the issuer needs no memory
for them. The key is random and exists only in memory: the values of one issuer and one run are
worthless to all others. A value that is sealed for one purpose cannot be opened for another.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jwt_core import base64url
from msgspec import Raw, Struct
from proxy_guard import dev_marks

from token_issuer.oauth.parameters import MAX_TOKEN_CHARACTERS
from token_issuer.timing.elapsed import read_elapsed_s

_NONCE_BYTES: Final = 12
_KEY_BITS: Final = 256
_Record = TypeVar("_Record", bound=Struct)


class Purpose(StrEnum):
    """The purpose of a sealed value. The member's value is the prefix of the sealed value."""

    CODE = dev_marks.CODE_MARK
    REFRESH_TOKEN = dev_marks.REFRESH_TOKEN_MARK
    ACCESS_TOKEN = dev_marks.ACCESS_TOKEN_MARK
    TOKEN_ID = dev_marks.TOKEN_ID_MARK
    DEVICE_CODE = dev_marks.DEVICE_CODE_MARK
    SESSION = dev_marks.SESSION_MARK
    LOGIN_PAGE = dev_marks.LOGIN_PAGE_MARK
    DEVICE_PAGE = dev_marks.DEVICE_PAGE_MARK


class _Envelope(Struct, frozen=True, array_like=True):
    """A record and its end.

    Attributes:
        record: The encoded record.
        expires_at: The end by the simulated clock, in seconds since 1970.
        ends_at_s: The end by the monotonic clock. The simulated one may be stopped or set back.
    """

    record: Raw
    expires_at: float
    ends_at_s: float


class Opened(Struct, Generic[_Record], frozen=True):
    """An authentic record.

    Attributes:
        record: The record.
        is_expired: Whether its time is over.
    """

    record: _Record
    is_expired: bool


class Sealer:
    """Seals and opens values with a random key."""

    def __init__(self, read_elapsed: Callable[[], float] = read_elapsed_s) -> None:
        """Generate the key.

        Args:
            read_elapsed: The monotonic clock, in seconds.
        """
        self._cipher = AESGCM(AESGCM.generate_key(_KEY_BITS))
        self._read_elapsed = read_elapsed

    def seal(self, purpose: Purpose, record: Struct, *, now: datetime, lifetime: timedelta) -> str:
        """Return the sealed *record*, which expires after *lifetime*.

        It expires when either of the two clocks says so.
        """
        seconds = lifetime.total_seconds()
        envelope = _Envelope(
            record=Raw(msgspec.msgpack.encode(record)),
            expires_at=now.timestamp() + seconds,
            ends_at_s=self._read_elapsed() + seconds,
        )
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, msgspec.msgpack.encode(envelope), purpose.encode())
        return f"{purpose}{base64url.encode(nonce + sealed)}"

    def open(
        self, purpose: Purpose, text: str, kind: type[_Record], *, now: datetime
    ) -> Opened[_Record] | None:
        """Return the record that *text* holds; None if this sealer has not sealed it for *purpose*.

        Args:
            purpose: The purpose for which it must have been sealed.
            text: The sealed value.
            kind: The type of the record; the result is None for a record of another type.
            now: The time by the simulated clock.
        """
        if len(text) > MAX_TOKEN_CHARACTERS or not text.startswith(purpose):
            return None
        try:
            data = base64url.decode(text.removeprefix(purpose))
            opened = self._cipher.decrypt(
                data[:_NONCE_BYTES], data[_NONCE_BYTES:], purpose.encode()
            )
        except (InvalidTag, ValueError):
            return None
        envelope = msgspec.msgpack.decode(opened, type=_Envelope)
        is_expired = (
            now.timestamp() >= envelope.expires_at or self._read_elapsed() >= envelope.ends_at_s
        )
        try:
            record = msgspec.msgpack.decode(envelope.record, type=kind)
        except msgspec.ValidationError:
            return None
        return Opened(record, is_expired)

    def open_valid(
        self, purpose: Purpose, text: str, kind: type[_Record], *, now: datetime
    ) -> _Record | None:
        """Return the record that *text* holds; None if it is not authentic, or expired."""
        opened = self.open(purpose, text, kind, now=now)
        return None if opened is None or opened.is_expired else opened.record
