"""Decompression of gzip, zlib, raw deflate, bzip2 and xz, limited by the budget of a search."""

from __future__ import annotations

from proxy_guard.search.budget import BudgetExceededError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from proxy_guard.search.budget import Budget

MAX_OUTPUT_BYTES: Final = 1024 * 1024

_GZIP: Final = b"\x1f\x8b"
_BZIP2: Final = b"BZh"
_XZ: Final = (b"\xfd7zXZ\0", b"\x5d\0\0")
"""The second is the older LZMA format."""
_MIN_RAW_BYTES: Final = 40
_RAW: Final = -15
_ANY_HEADER: Final = 47
_DEFLATE_CHECK: Final = 31
"""A zlib header, read as a number, is a multiple of it (RFC 1950 §2.2)."""
_MAX_MEMORY_BYTES: Final = 64 * 1024 * 1024

_DEFLATE_BYTES_PER_WORK: Final = 100
_SLOW_BYTES_PER_WORK: Final = 8
"""bzip2 and xz are slower, and allocate megabytes for the first byte."""
_SLOW_CALL_WORK: Final = 200
_CALL_WORK: Final = 5


def decompress(data: bytes, budget: Budget) -> bytes:
    """Decompress *data* once.

    Returns:
        b"" if *data* is not compressed, or is corrupt.

    Raises:
        BudgetExceededError: the result is larger than the budget allows.
    """
    if data.startswith(_BZIP2):
        output = _decompress_slowly(_create_bzip2(), data, budget)
    elif data.startswith(_XZ):
        output = _decompress_slowly(_create_xz(), data, budget)
    else:
        output = _inflate(data, budget)
    if len(output) > MAX_OUTPUT_BYTES:
        raise BudgetExceededError
    return output


def _inflate(data: bytes, budget: Budget) -> bytes:
    import zlib  # noqa: PLC0415  # imported only for data that is not a key

    has_header = data.startswith(_GZIP) or _is_zlib(data)
    if not has_header and len(data) < _MIN_RAW_BYTES:
        return b""
    budget.charge(_CALL_WORK)
    decompressor = zlib.decompressobj(_ANY_HEADER if has_header else _RAW)
    try:
        output = decompressor.decompress(data, MAX_OUTPUT_BYTES + 1)
    except zlib.error:
        return b""
    budget.charge((len(data) + len(output)) // _DEFLATE_BYTES_PER_WORK)
    # Without a header any data may begin like compressed data, but it hardly ends like it.
    is_credible = has_header or (decompressor.eof and not decompressor.unused_data)
    return output if is_credible else b""


def _is_zlib(data: bytes) -> bool:
    return data[:1] == b"\x78" and int.from_bytes(data[:2], "big") % _DEFLATE_CHECK == 0


def _decompress_slowly(decompressor: Any, data: bytes, budget: Budget) -> bytes:
    budget.charge(_SLOW_CALL_WORK + len(data) // _SLOW_BYTES_PER_WORK)
    try:
        output: bytes = decompressor.decompress(data, MAX_OUTPUT_BYTES + 1)
    except Exception:  # noqa: BLE001  # corrupt data: the errors differ between the formats
        return b""
    budget.charge(len(output) // _SLOW_BYTES_PER_WORK // 4)
    return output


def _create_bzip2() -> Any:
    from bz2 import BZ2Decompressor  # noqa: PLC0415  # imported only for bzip2

    return BZ2Decompressor()


def _create_xz() -> Any:
    from lzma import LZMADecompressor  # noqa: PLC0415  # imported only for xz

    return LZMADecompressor(memlimit=_MAX_MEMORY_BYTES)
