"""Programs that carry an archive: SquashFS images as in AppImages, and those of PyInstaller."""

import marshal
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Final

NO_TABLE: Final = (1 << 64) - 1
NO_FRAGMENT: Final = (1 << 32) - 1
BLOCK_BYTES: Final = 1 << 17
RAW_METADATA: Final = 1 << 15
FOLDER: Final = "usr"


def make_squashfs(
    files: Mapping[str, bytes],
    *,
    compression: int = 1,
    compress: Callable[[bytes], bytes] = zlib.compress,
) -> bytes:
    """Make a SquashFS 4.0 image whose folder `usr` contains *files*, each of one block."""
    data = bytearray(96)
    inodes, listing = b"", b""
    for number, (name, content) in enumerate(sorted(files.items()), 1):
        block = compress(content)
        offset = len(inodes)
        inodes += struct.pack("<HHHHII", 2, 0o644, 0, 0, 0, number)
        inodes += struct.pack("<IIIII", len(data), NO_FRAGMENT, 0, len(content), len(block))
        listing += struct.pack("<HhHH", offset, number, 2, len(name) - 1) + name.encode()
        data += block
    listing = struct.pack("<III", len(files) - 1, 0, 0) + listing
    top = struct.pack("<IIIHhHH", 0, 0, 0, len(inodes), len(files) + 1, 1, len(FOLDER) - 1)
    top += FOLDER.encode()
    root_offset = len(inodes) + 32
    for number, start, size in (
        (len(files) + 1, 0, len(listing)),
        (len(files) + 2, len(listing), len(top)),
    ):
        inodes += struct.pack("<HHHHII", 1, 0o755, 0, 0, 0, number)
        inodes += struct.pack("<IIHHI", 0, 2, size + 3, start, len(files) + 3)
    inode_table = append_metadata(data, inodes)
    directories = append_metadata(data, listing + top)
    ids = append_metadata(data, bytes(4))
    id_table = len(data)
    data += struct.pack("<Q", ids)
    data[:96] = struct.pack(
        "<4sIIIIHHHHHHQQQQQQQQ", b"hsqs", len(files) + 2, 0, BLOCK_BYTES, 0, compression, 17, 0, 1,
        4, 0, root_offset, len(data), id_table, NO_TABLE, inode_table, directories, NO_TABLE,
        NO_TABLE,
    )  # fmt: skip
    return bytes(data)


def append_metadata(image: bytearray, table: bytes) -> int:
    start = len(image)
    image += struct.pack("<H", RAW_METADATA | len(table)) + table
    return start


def make_pyinstaller(modules: Mapping[str, bytes], version: bytes = b"\0\0\r\n") -> bytes:
    """Make the archive that PyInstaller appends, with modules of marshalled code."""
    packed, toc = bytearray(b"PYZ\0" + version + bytes(9)), []
    for name, code in modules.items():
        stored = zlib.compress(code)
        toc.append((name, (0, len(packed), len(stored))))
        packed += stored
    packed[8:12] = struct.pack(">I", len(packed))
    packed += marshal.dumps(toc)
    title = b"PYZ.pyz\0"
    entry = struct.pack(">IIIIBc", 18 + len(title), 0, len(packed), len(packed), 0, b"z") + title
    cookie = struct.pack(
        ">8sIIII64s", b"MEI\x0c\x0b\x0a\x0b\x0e", len(packed) + len(entry) + 88, len(packed),
        len(entry), 311, b"libpython3.11.so",
    )  # fmt: skip
    return bytes(packed) + entry + cookie
