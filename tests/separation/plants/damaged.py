"""Planted violations: keys in damaged archives, which other programs may still unpack."""

import gzip
import lzma
import struct
import zipfile
from collections.abc import Callable
from typing import Final

from tests.separation.artefacts import DevKey, make_tar, make_zip
from tests.separation.plants.registry import plant_file

LOCAL: Final = b"PK\3\4"
LISTED: Final = b"PK\1\2"
END: Final = b"PK\5\6"


def in_zip(change: Callable[[bytearray], object]) -> Callable[[DevKey], bytes]:
    """Return a function that makes a zip with the key in its second member, and changes it."""

    def make(key: DevKey) -> bytes:
        data = bytearray(make_zip({"a": "x", "k": key.spki + b"text " * 99, "z": "x"}))
        change(data)
        return bytes(data)

    return make


def put(signature: bytes, number: int, offset: int, value: bytes) -> Callable[[bytearray], None]:
    """Return a function that overwrites a field behind the signature with this number."""

    def change(data: bytearray) -> None:
        start = -1
        for _ in range(number):
            start = data.index(signature, start + 1)
        data[start + offset : start + offset + len(value)] = value

    return change


def cut(signature: bytes, before: int = 0) -> Callable[[bytearray], None]:
    return lambda data: data.__delitem__(slice(data.index(signature) - before, None))


CHANGES: Final = {
    "without a directory": cut(LISTED),
    "without an end": cut(END),
    "cut off in the last member": cut(LISTED, 20),
    "whose directory is overwritten": put(LISTED, 1, 0, b"XXXX"),
    "whose directory is empty": put(END, 1, 8, bytes(12)),
    "whose directory is elsewhere": put(END, 1, 16, bytes(4)),
    "with a wrong checksum": put(LISTED, 2, 16, b"abcd"),
    "with a small size": put(LISTED, 2, 24, struct.pack("<I", 9)),
    "with a small packed size": put(LISTED, 2, 20, struct.pack("<I", 9)),
    "with a packed size of zero": put(LISTED, 2, 20, bytes(8)),
    "with another compression": put(LISTED, 2, 10, struct.pack("<H", zipfile.ZIP_STORED)),
    "with another name": put(LOCAL, 2, 30, b"?"),
}
for what, change in CHANGES.items():
    plant_file(f"zip {what}", "watermark", "a.zip", in_zip(change))

plant_file("zip with a broken member", "archive", "a.zip", in_zip(put(LOCAL, 2, 31, b"\xff" * 40)))
plant_file(
    "archive behind a broken header", "watermark", "a.tar.gz",
    lambda key: b"\x1f\x8b\x08" + bytes(7) + b"\xff" * 9 + gzip.compress(make_tar({"k": key.spki})),
)  # fmt: skip
plant_file(
    "tar behind a broken header", "watermark", "a.tar",
    lambda key: b"\xff" * 512 + make_tar({"k.xz": lzma.compress(key.spki)}),
)  # fmt: skip
plant_file(
    "gzip with a wrong checksum", "watermark", "a.gz",
    lambda key: gzip.compress(key.spki)[:-8] + bytes(8),
)  # fmt: skip
plant_file(
    "gzip behind junk behind gzip", "watermark", "a.gz",
    lambda key: gzip.compress(b"x") + b"junk" + gzip.compress(key.spki),
)  # fmt: skip
plant_file(
    "cpio that is cut off", "archive", "a.gz",
    lambda key: gzip.compress(b"070701" + b"0" * 40 + key.spki)[:-9],
)  # fmt: skip
