"""Planted violations: archives behind scripts and programs, and in disk images."""

import bz2
import gzip
import lzma
import os
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.separation.artefacts import DevKey, make_tar, make_zip, write
from tests.separation.plants.registry import compile_source, plant, plant_file
from tests.separation.programs import make_pyinstaller, make_squashfs

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PROGRAM: Final = Path(sys.executable).resolve().read_bytes()[:50_000] + bytes(3)
SCRIPT: Final = b"#!/bin/sh\n" + b"# unpacks what follows\n" * 400 + b"exit\n"
SEVEN_ZIP: Final = b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I99s", zlib.crc32(bytes(20)), b"")
PACK: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "Zstandard": zstd.compress,
}  # fmt: skip


def in_tar(pack: Callable[[bytes], bytes], lead: bytes) -> Callable[[DevKey], bytes]:
    return lambda key: lead + pack(make_tar({"opt/k": key.spki, "opt/x": "x" * 4000}))


for kind, pack in PACK.items():
    plant_file(f"{kind} behind a script", "watermark", "install.run", in_tar(pack, SCRIPT))
    plant_file(f"{kind} behind a program", "watermark", "tool", in_tar(pack, PROGRAM))
    plant_file(
        f"{kind} behind a large program", "watermark", "tool",
        in_tar(pack, PROGRAM + os.urandom(9 << 20)),
    )  # fmt: skip

plant_file(
    "AppImage", "watermark", "tool.AppImage",
    lambda key: PROGRAM + make_squashfs({"k": key.spki, "x": b"x" * 5000}) + bytes(4096),
)  # fmt: skip
plant_file(
    "squashfs of xz", "watermark", "app.snap",
    lambda key: make_squashfs({"k": key.spki * 2}, compression=4, compress=lzma.compress),
)  # fmt: skip
plant_file(
    "squashfs of zstd", "watermark", "app.snap",
    lambda key: make_squashfs({"k": key.spki * 2}, compression=6, compress=zstd.compress),
)  # fmt: skip
plant_file(
    "squashfs of lzo",
    "archive",
    "app.snap",
    lambda key: make_squashfs({"k": key.spki}, compression=3),
)
plant_file(
    "name in a squashfs", "path", "a.snap", lambda _: make_squashfs({"token_issuer.py": b"x"})
)
plant_file(
    "damaged squashfs behind a program", "archive", "tool.AppImage",
    lambda _: PROGRAM + make_squashfs({"k": bytes(9)})[:-30],
)  # fmt: skip
plant_file(
    "tar behind a script", "watermark", "install.run",
    lambda key: SCRIPT + make_tar({"k.gz": gzip.compress(key.spki)}),
)  # fmt: skip
plant_file(
    "zip in the middle of a program", "watermark", "tool",
    lambda key: PROGRAM + make_zip({"k": key.spki}) + os.urandom(70_000),
)  # fmt: skip
plant_file(
    "payload of a Nuitka program", "watermark", "tool",
    lambda key: PROGRAM + b"KAY" + zstd.compress(key.spki) + bytes(8),
)  # fmt: skip
plant_file(
    "gzip in a disk image", "watermark", "disk.img",
    lambda key: bytes(10 << 20) + b"\xff" + gzip.compress(key.spki) + bytes(1 << 20),
)  # fmt: skip
plant_file(
    "stream of a pdf", "watermark", "a.pdf",
    lambda key: b"%PDF-1.4\n%\xe2\xe3\nstream\n" + zlib.compress(key.spki) + b"\nendstream\n",
)  # fmt: skip
plant_file(
    "7z behind a program", "archive", "setup.exe",
    lambda _: PROGRAM + SEVEN_ZIP,
)  # fmt: skip
plant_file("program packed by upx", "archive", "tool", lambda _: PROGRAM[:200] + b"UPX!" + PROGRAM)


@plant("watermark", "!PYZ.pyz!shop/__pycache__/keys.pyinstaller.pyc")
def module_in_a_pyinstaller_program(folder: Path, key: DevKey) -> None:
    code = compile_source(folder, f"KEY = {key.spki!r}\n")[16:]
    write(folder, {"tool": PROGRAM + make_pyinstaller({"shop.keys": code})})


@plant("path", "!PYZ.pyz!token_issuer")
def simulator_in_a_pyinstaller_program(folder: Path, _key: DevKey) -> None:
    code = compile_source(folder, "x = 1\n")[16:]
    write(folder, {"tool": PROGRAM + make_pyinstaller({"token_issuer.web": code})})


@plant("archive", "tool")
def encrypted_module_in_a_pyinstaller_program(folder: Path, _key: DevKey) -> None:
    archive = make_pyinstaller({"shop.keys": b"x" * 99})
    packed = zlib.compress(b"x" * 99)
    write(folder, {"tool": PROGRAM + archive.replace(packed, b"\xee" * len(packed))})
