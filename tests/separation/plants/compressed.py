"""Planted violations: compressed files, and formats that cannot be opened."""

import gzip
import struct
import sys
import zlib
from functools import partial
from pathlib import Path
from typing import Final

import brotli

from tests.separation.artefacts import DevKey, make_tar, write
from tests.separation.plants.registry import plant, plant_file

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


PACK_HEADER: Final = struct.pack(">4sII", b"PACK", 2, 1)


def make_skippable(data: bytes) -> bytes:
    return struct.pack("<II", 0x184D2A50, len(data)) + data


def make_gzip(flag: int, field: bytes) -> bytes:
    return b"\x1f\x8b\x08" + bytes([flag]) + bytes(6) + field + gzip.compress(b"x")[10:]


@plant("watermark", "layer.tar!k")
def zstandard_layer(folder: Path, key: DevKey) -> None:
    write(folder, {"layer.tar": zstd.compress(make_tar({"k": key.spki}))})


@plant("watermark", "layer!k")
def zstandard_layer_of_pzstd(folder: Path, key: DevKey) -> None:
    tar = make_tar({"x": "x" * 9000, "k": key.spki})
    frames = [zstd.compress(tar[start : start + 4096]) for start in range(0, len(tar), 4096)]
    layer = b"".join(make_skippable(bytes(4)) + frame for frame in frames)
    write(folder, {"layer": layer})


plant_file(
    "key in a skippable frame", "watermark", "a.zst",
    lambda key: zstd.compress(b"x") + make_skippable(key.spki),
)  # fmt: skip
plant_file(
    "archive in a skippable frame", "watermark", "a.zst",
    lambda key: make_skippable(zstd.compress(key.spki)) + zstd.compress(b"x"),
)  # fmt: skip
plant_file(
    "brotli", "watermark", "k.tar.br", lambda key: brotli.compress(make_tar({"k": key.spki}))
)
plant_file(
    "brotli without its suffix", "watermark", "k",
    lambda key: brotli.compress(b"text " * 99 + key.spki),
)  # fmt: skip
plant_file(
    "damaged brotli", "archive", "k.br", lambda key: brotli.compress(key.spki)[:-20] + b"\xff"
)
plant_file("bare zlib", "watermark", "object", lambda key: zlib.compress(key.spki))
plant_file(
    "key in the extra field of gzip", "watermark", "a.gz",
    lambda key: make_gzip(4, struct.pack("<H", len(key.spki)) + key.spki),
)  # fmt: skip
plant_file(
    "name of the simulator in gzip", "path", "a.gz", lambda _: make_gzip(8, b"token_issuer.tar\0")
)
plant_file("comment of gzip", "name", "a.gz", lambda _: make_gzip(16, b"for the token-issuer\0"))
plant_file(
    "pack of git", "watermark", "a.pack",
    lambda key: PACK_HEADER + b"\xb2\x12" + zlib.compress(key.spki) + bytes(20),
)  # fmt: skip


@plant("watermark", "initrd.img!(behind the archive)!etc/k")
def second_cpio_archive_of_a_ram_disk(folder: Path, key: DevKey) -> None:
    first, second = make_cpio({"x": b"x"}), make_cpio({"etc/k": key.spki})
    write(folder, {"initrd.img": first + bytes(512) + gzip.compress(second)})


@plant("watermark", "a.rpm!(payload)!usr/k")
def rpm_package(folder: Path, key: DevKey) -> None:
    header = b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", 0, 8) + bytes(8)
    payload = gzip.compress(make_cpio({"usr/k": key.spki}))
    write(folder, {"a.rpm": b"\xed\xab\xee\xdb" + bytes(92) + header + header + payload})


def make_cpio(files: dict[str, bytes]) -> bytes:
    archive = b""
    for name, content in {**files, "TRAILER!!!": b""}.items():
        sizes = [0, 0o100644, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
        header = b"070701" + b"".join(b"%08X" % size for size in sizes) + name.encode() + b"\0"
        archive += header + bytes(-len(header) % 4) + content + bytes(-len(content) % 4)
    return archive


ARJ_HEADER: Final = b"\x1e" + bytes(40)
UNKNOWN: Final = {
    "ARJ": b"\x60\xea" + struct.pack("<H41sI", 41, ARJ_HEADER, zlib.crc32(ARJ_HEADER)),
    "compress": b"\x1f\x9d\x90x\xd2\xb8\xe1",
    "ACE": bytes(7) + b"**ACE**",
    "LHA": b"\x22\x80-lh5-" + bytes(13) + b"\1",
    "lzop": b"\x89LZO\0\r\n\x1a\n",
    "lrzip": b"LRZI\0",
    "Snappy": b"\xff\x06\0\0sNaPpY",
    "StuffIt": b"StuffIt (c)1997",
    "WIM": b"MSWIM\0\0\0",
    "ZOO": b"ZOO 2.10 Archive.\x1a",
    "cramfs": b"\x45\x3d\xcd\x28",
    "EROFS": bytes(1024) + b"\xe2\xe1\xf5\xe0",
    "QCOW2": b"QFI\xfb\0\0\0\3",
    "DMG": b"x\x01\xff" + bytes(900) + b"koly\0\0\0\4\0\0\2\0",
}  # fmt: skip
for name, data in UNKNOWN.items():
    make_file = partial(lambda head, _key: head + bytes(500), data)
    plant_file(f"file in the format {name}", "archive", "x", make_file)
