"""The content codings of a response: gzip, zlib and raw deflate, stacked or repeated.

gzip and zlib are recognized by content, since headers are wrong or missing behind intermediaries.
"""

from __future__ import annotations

import codecs
import re
import zlib
from typing import TYPE_CHECKING, Final

from proxy_guard.probe.response import CUT_OFF, MAX_BODY_BYTES, OVERSIZE
from proxy_guard.probe.stream import UnreadableError

if TYPE_CHECKING:
    from proxy_guard.probe.response import Response

_MAX_LAYERS: Final = 5
_MAX_MEMBERS: Final = 100
_MAX_SHOWN_CHARS: Final = 20
_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_DEFLATE: Final = "deflate"
_CHUNKED: Final = "chunked"
_CORRUPT: Final = "its gzip encoding is corrupt"
_DEFLATE_METHOD: Final = "8"
_ZLIB_CHECK: Final = 31
_CHARSET: Final = re.compile(rb"charset\s*=[\s\"']*([\w.:-]+)", re.IGNORECASE)
_WIDE: Final = ("utf-16", "utf-32")
"""Charsets that are not supersets of ASCII; the search reads them."""
_SAMPLE: Final = b'{"keys": [{"+AGE-": "0123456789"}], "abcxyzABCXYZ": "-_/=,."}\r\n'
"""Text that is different in EBCDIC and in UTF-7."""
_GZIP_WBITS: Final = 31
_ZLIB_WBITS: Final = 15
_DEFLATE_WBITS: Final = -15


class Decoder:
    """Removes the content codings of a response.

    Attributes:
        readings: What clients may read as the body, with and without decompression.
        fault: The reason that a reading is incomplete; empty if all are complete.
        obstacle: The reason that the guard cannot read all of it; empty if it can.
        doubt: The reason that the guard may have read something other than clients do: a coding
            or charset that the header names. Empty if there is none.
    """

    def __init__(self, response: Response) -> None:
        self.readings: list[bytes] = []
        self.fault = ""
        self.obstacle = ""
        self.doubt = ""
        self._codings = response.list_tokens("content-encoding")
        transfer_codings = response.list_tokens("transfer-encoding")
        if _CHUNKED in transfer_codings:
            transfer_codings.remove(_CHUNKED)
        self._codings += transfer_codings
        charset = _CHARSET.search(b" ".join(response.get_all("content-type")))
        for content in filter(None, response.contents):
            if charset and not _is_ascii_superset(charset[1].decode()):
                self.doubt = "the guard cannot decode its charset"
            try:
                self._decode(content)
            except UnreadableError as error:
                self.obstacle = str(error)
        self.readings = list(dict.fromkeys(filter(None, self.readings)))

    def _decode(self, content: bytes) -> None:
        codings = [coding for coding in self._codings if coding != "identity"]
        self.readings.append(content)
        layers = 0
        while (removed := self._remove(content, codings)) is not None:
            layers += 1
            if layers > _MAX_LAYERS:
                message = f"its response is compressed more than {_MAX_LAYERS} times"
                raise UnreadableError(message)
            content = removed
            self.readings.append(content)
        # Without the magic number of gzip, no client decompresses gzip.
        left = [coding for coding in codings if coding not in _GZIP]
        if left:
            self.doubt = f"the guard cannot decode its content coding{_show(left[0])}"

    def _remove(self, content: bytes, codings: list[str]) -> bytes | None:
        """Decompress *content* once and delete the coding from *codings*, or return None."""
        if content.startswith(_GZIP_MAGIC):
            try:
                return self._decompress(content, _GZIP_WBITS)
            except zlib.error as error:
                if not _GZIP.isdisjoint(codings):
                    raise UnreadableError(_CORRUPT) from error
        formats = [_ZLIB_WBITS] if _is_zlib(content) else []
        formats += [_DEFLATE_WBITS] if _DEFLATE in codings else []
        for wbits in formats:
            try:
                output = self._decompress(content, wbits)
            except zlib.error:
                continue
            if _DEFLATE in codings:
                codings.remove(_DEFLATE)
            return output
        return None

    def _decompress(self, content: bytes, wbits: int) -> bytes:
        """Decompress *content*: several members of gzip, or one stream of zlib or deflate.

        Raises:
            UnreadableError: the result is too large, or a member after the first is corrupt.
            zlib.error: *content* has another format.
        """
        output = b""
        for number in range(_MAX_MEMBERS):
            decompressor = zlib.decompressobj(wbits)
            try:
                output += decompressor.decompress(content, MAX_BODY_BYTES + 1 - len(output))
            except zlib.error as error:
                if not number:
                    raise
                raise UnreadableError(_CORRUPT) from error
            if len(output) > MAX_BODY_BYTES:
                self.readings.append(output[:MAX_BODY_BYTES])
                raise UnreadableError(OVERSIZE)
            if not number:
                self.readings.append(output)  # some clients read only the first member
            if not decompressor.eof:
                self.fault = CUT_OFF
            content = decompressor.unused_data
            if wbits != _GZIP_WBITS or not content.startswith(_GZIP_MAGIC):
                self.readings.append(content.strip(b"\0"))  # some pad it, some add garbage
                return output
        message = f"its response has more than {_MAX_MEMBERS} gzip members"
        raise UnreadableError(message)


def _is_zlib(content: bytes) -> bool:
    """Return whether *content* starts with a header of zlib (RFC 1950 §2.2)."""
    is_deflate = content[:1].isascii() and content[:1].hex().endswith(_DEFLATE_METHOD)
    return is_deflate and int.from_bytes(content[:2]) % _ZLIB_CHECK == 0


def _is_ascii_superset(charset: str) -> bool:
    """Return whether text in *charset* can be searched as ASCII, or no client can decode it."""
    try:
        name = codecs.lookup(charset).name
        return name.startswith(_WIDE) or _SAMPLE.decode(name) == _SAMPLE.decode("ascii")
    except LookupError:
        return True
    except UnicodeError:
        return False


def _show(coding: str) -> str:
    """Return *coding* if it is safe to print."""
    is_safe = coding.isascii() and coding.replace("-", "").isalnum()
    return f" {coding}" if is_safe and len(coding) <= _MAX_SHOWN_CHARS else ""
