"""Public keys in binary data of any format, as the bare bytes of their numbers.

The list of published keys contains digests only, so a number must be cut out exactly before it can
be looked up. In all formats a number follows its size or the exponent, starts or ends the data, or
fills it. That covers the blobs of Windows, Android, TPM and DNSSEC, COSE, Protobuf, OpenPGP, Java
and Python serialization, and coordinates or moduli alone. Both byte orders are tried.
"""

from __future__ import annotations

from proxy_guard.search.curves import CURVES, is_on_curve
from proxy_guard.search.jwk import build_okp_key, build_rsa_key
from proxy_guard.search.key_encodings import read_point
from proxy_guard.search.leaked_keys import MODULUS_SIZES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from proxy_guard.search.budget import Budget
    from proxy_guard.search.jwk import CanonicalKey

_LOOKUP_WORK: Final = 8
_CURVE_WORK: Final = 3
MAX_DATA_BYTES: Final = 64 * 1024
"""Limit of the data to search: formats for single keys are smaller."""

_BYTES_PER_WORK: Final = 8
"""Each header is searched for."""
_EXPONENT: Final = b"\1\0\1"
_ED25519_SIZE: Final = 32
_ED25519_HEADERS: Final = (b"\x21\0", b"\0\x20", b"\x58\x20", b"\x07\x40")
_ANDROID_OFFSET: Final = 8
"""Android keys have the size in words and a constant before the modulus."""
_GAPS: Final = (0, 2, 3, 4)
"""Sizes of the header between two coordinates, in bytes."""


def find_raw_keys(data: bytes, budget: Budget) -> Iterator[CanonicalKey]:
    """Yield what could be a published key in *data*, which has no known structure."""
    if not _ED25519_SIZE <= len(data) <= MAX_DATA_BYTES:
        return
    budget.charge(10 + len(data) // _BYTES_PER_WORK)
    for size, headers in _MODULUS_HEADERS.items():
        for start in _find_numbers(data, size, headers) | _find_before_exponent(data, size):
            budget.charge(1)
            yield from _read_modulus(data[start : start + size], budget)
    if len(data) not in MODULUS_SIZES:
        yield from _find_curve_keys(data, budget)


def _find_curve_keys(data: bytes, budget: Budget) -> Iterator[CanonicalKey]:
    if len(data) == _ED25519_SIZE:
        budget.charge(_LOOKUP_WORK)
        yield build_okp_key("Ed25519", data)
        return
    if len(data) - 1 in CURVES:
        yield from read_point(data, budget)  # compressed
    for size, headers in _POINT_HEADERS.items():
        for start in _find_numbers(data, 2 * size, headers):
            yield from _read_coordinates(data, start, size, budget)
    for start in _find_numbers(data, _ED25519_SIZE, _ED25519_HEADERS):
        budget.charge(_LOOKUP_WORK)
        yield build_okp_key("Ed25519", data[start : start + _ED25519_SIZE])


def _find_numbers(data: bytes, size: int, headers: tuple[bytes, ...]) -> set[int]:
    """Return where a number of *size* bytes may start."""
    last = len(data) - size
    if last <= 0:
        return {0} if last == 0 else set()
    starts = {0, _ANDROID_OFFSET, last - 1, last}
    for header in headers:
        starts |= {at + len(header) for at in _find_all(data, header)}
    return {start for start in starts if 0 <= start <= last}


def _find_before_exponent(data: bytes, size: int) -> set[int]:
    ends = set(_find_all(data, _EXPONENT)) if len(data) > size else set()
    return {end - size for end in ends if end >= size}


def _find_all(data: bytes, needle: bytes) -> Iterator[int]:
    position = data.find(needle)
    while position >= 0:
        yield position
        position = data.find(needle, position + 1)


def _read_modulus(window: bytes, budget: Budget) -> Iterator[CanonicalKey]:
    for modulus in (window, window[::-1]):
        if modulus[0] & 0x80 and modulus[-1] & 1:
            budget.charge(_LOOKUP_WORK)
            yield build_rsa_key(modulus, _EXPONENT)


def _read_coordinates(data: bytes, start: int, size: int, budget: Budget) -> Iterator[CanonicalKey]:
    x = data[start : start + size]
    for gap in _GAPS if len(data) > 2 * size else (0,):
        y = data[start + size + gap : start + 2 * size + gap]
        for point in ((x, y), (x[::-1], y[::-1])) if len(y) == size else ():
            budget.charge(_CURVE_WORK)
            if is_on_curve(*point):
                budget.charge(_LOOKUP_WORK)
                yield from read_point(b"\4" + b"".join(point), budget)


def _list_modulus_headers(size: int) -> tuple[bytes, ...]:
    padded = size + 1  # a zero byte keeps the number positive
    return (
        size.to_bytes(2, "big"),
        padded.to_bytes(2, "big") + b"\0",
        size.to_bytes(4, "little"),
        padded.to_bytes(4, "little"),
        (8 * size).to_bytes(2, "big"),
        _to_varint(size),
        _to_varint(padded) + b"\0",
        b"\x81\x81\0",
        _EXPONENT,
        _EXPONENT + b"\0",
    )


def _to_varint(size: int) -> bytes:
    return bytes([size & 0x7F | 0x80, size >> 7])


def _list_point_headers(size: int) -> tuple[bytes, ...]:
    return (
        bytes([2 * size + 1, 4]),
        bytes([2 * size + 2, 0, 4]),
        bytes([size, 0, 0, 0]),
        bytes([0, size]),
        bytes([0x58, size]),
    )


_MODULUS_HEADERS: Final = {size: _list_modulus_headers(size) for size in MODULUS_SIZES}
_POINT_HEADERS: Final = {size: _list_point_headers(size) for size in CURVES}
