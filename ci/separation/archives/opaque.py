"""Formats that the scan recognizes and cannot open. Each file of them is a finding."""

import re
import struct
import zlib
from typing import Final

_EVEN: Final = b"[" + b"".join(b"\\x%02x" % byte for byte in range(0, 256, 2)) + b"]"
_KINDS: Final = {
    "7z": rb"7z\xbc\xaf\x27\x1c",
    "ACE": rb".{7}\*\*ACE\*\*",
    "CAB": rb"MSCF\0\0\0\0",
    "CHM": rb"ITSF\x03\0\0\0",
    "compress (.Z)": rb"\x1f\x9d[\x09-\x10\x89-\x90]." + _EVEN,
    "cramfs": rb"\x45\x3d\xcd\x28|\x28\xcd\x3d\x45",
    "EROFS": rb".{1024}\xe2\xe1\xf5\xe0",
    "FreeArc": rb"ArC\1",
    "JFFS2": rb"\x85\x19(?:\x01\xe0|\x02\xe0|\x03\x20)|\x19\x85(?:\xe0\x01|\xe0\x02|\x20\x03)",
    "LHA": rb"..-l[hz][0-9a-z]-.{13}[\0-\3]",
    "lrzip": rb"LRZI\0",
    "lzip": rb"LZIP\1",
    "LZ4": rb"\x04\x22\x4d\x18|\x02\x21\x4c\x18",
    "lzop": rb"\x89LZO\0\r\n\x1a\n",
    "Pack200": rb"\xca\xfe\xd0\x0d",
    "pbzx": rb"pbzx\0",
    "QCOW2": rb"QFI\xfb\0\0\0[\2\3]",
    "RAR": rb"Rar!\x1a\x07",
    "Snappy": rb"\xff\x06\0\0sNaPpY",
    "SquashFS of an old version": rb"sqsh\0|shsq|qshs",
    "StuffIt": rb"SIT!.{6}rLau|StuffIt \(c\)1997|SITD",
    "SZDD": rb"(?:SZDD|KWAJ)\x88\xf0",
    "UBI": rb"UBI#\1|\x31\x18\x10\x06",
    "VMDK": rb"KDMV[\1-\3]\0\0\0",
    "WIM": rb"MSWIM\0\0\0",
    "xar": rb"xar!\0",
    "ZOO": rb"ZOO [\d.]+ Archive\.",
    "ZPAQ": rb"zPQ[\1\2]\1|7kSt\xa0\x31\x83\xd3\x8c\xb2\x28\xb0\xd3",
}
_MAGIC: Final = re.compile(b"|".join(b"(%s)" % magic for magic in _KINDS.values()), re.DOTALL)
_PROGRAMS: Final = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
_ARJ: Final = b"\x60\xea"
_MAX_ARJ_HEADER_BYTES: Final = 2600
_CAB_VERSION: Final = b"\3\1"
_RAR5: Final = b"Rar!\x1a\x07\x01\0"


def find_opaque(head: bytes) -> str | None:
    """Return the format of a file with this head, if it is one that cannot be opened."""
    if (match := _MAGIC.match(head)) is not None:
        return list(_KINDS)[(match.lastindex or 0) - 1]
    if head.startswith(_ARJ) and _is_arj(head):
        return "ARJ"
    if head.startswith(_PROGRAMS) and b"UPX!" in head:
        return "UPX"
    return None


def find_embedded_opaque(head: bytes) -> str | None:
    """Return the same for data inside of another file, where the magic number may be a constant."""
    kind = find_opaque(head)
    is_valid = (
        (kind == "7z" and _is_7z(head))
        or (kind == "CAB" and head[24:26] == _CAB_VERSION)
        or (kind == "RAR" and _is_rar(head))
    )
    return kind if is_valid else None


def _is_arj(head: bytes) -> bool:
    size = int.from_bytes(head[2:4], "little")
    crc = int.from_bytes(head[4 + size : 8 + size], "little")
    return 0 < size <= _MAX_ARJ_HEADER_BYTES and zlib.crc32(head[4 : 4 + size]) == crc


def _is_7z(head: bytes) -> bool:
    return zlib.crc32(head[12:32]) == int.from_bytes(head[8:12], "little")


def _is_rar(head: bytes) -> bool:
    if head.startswith(_RAR5):
        size = head[12]  # of the main header, which is short
        return zlib.crc32(head[12 : 13 + size]) == int.from_bytes(head[8:12], "little")
    crc, kind, _flags, size = struct.unpack("<HBHH", head[7:14].ljust(7, b"\0"))
    return bool(kind == 0x73 and zlib.crc32(head[9 : 7 + size]) & 0xFFFF == crc)  # noqa: PLR2004  # the main header
