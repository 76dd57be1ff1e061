"""Planted violations: parts of the simulator in archives."""

import base64
import bz2
import gzip
import lzma
import struct
import tarfile
import zipfile
from pathlib import Path

from tests.separation.artefacts import DevKey, make_tar, make_wheel, make_zip, write
from tests.separation.plants.registry import plant, plant_file


@plant("watermark", "service-1.0-py3-none-any.whl!service/data.zip!a/key.der")
def zip_in_a_wheel(folder: Path, key: DevKey) -> None:
    inner = make_zip({"a/key.der": key.spki})
    write(folder, {"service-1.0-py3-none-any.whl": make_wheel({"service/data.zip": inner})})


@plant("watermark", "a.tar.bz2!b.zip!c.tar.xz!k")
def archives_in_archives(folder: Path, key: DevKey) -> None:
    inner = lzma.compress(make_tar({"k": key.spki}))
    write(folder, {"a.tar.bz2": bz2.compress(make_tar({"b.zip": make_zip({"c.tar.xz": inner})}))})


@plant("watermark", "data.tar.xz!./usr/share/k")
def debian_package(folder: Path, key: DevKey) -> None:
    data_tar = lzma.compress(make_tar({"./usr/share/k": key.spki}))
    content = b"!<arch>\n"
    for name, data in {"debian-binary": b"2.0\n", "data.tar.xz": data_tar}.items():
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n"
        content += header.encode() + data + b"\n" * (len(data) % 2)
    write(folder, {"a.deb": content})


@plant("watermark", "x.txt!base64 at byte")
def archive_in_base64_in_a_text(folder: Path, key: DevKey) -> None:
    text = base64.encodebytes(gzip.compress(key.spki)).decode()
    write(folder, {"x.txt": f"a text, and then\n{text}\nmore of it\n"})


@plant("watermark", "run!__main__.py")
def zip_behind_a_program(folder: Path, key: DevKey) -> None:
    write(folder, {"run": b"#!/usr/bin/env python3\n" + make_zip({"__main__.py": repr(key.spki)})})


@plant("watermark", "run!(before the archive)")
def key_before_a_zip(folder: Path, key: DevKey) -> None:
    write(folder, {"run": key.spki + make_zip({"a": "b"})})


@plant("watermark", "a.zip!(comment)")
def key_in_the_comment_of_a_zip(folder: Path, key: DevKey) -> None:
    write(folder, {"a.zip": make_zip({"a": "b"}, comment=key.spki)})


@plant("archive", "secret.zip!key.pem")
def encrypted_member(folder: Path, key: DevKey) -> None:
    source = write(folder, {"key.pem": key.public_pem}) / "key.pem"
    data = bytearray(make_zip({"key.pem": key.public_pem}))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    source.unlink()
    write(folder, {"secret.zip": bytes(data)})


@plant("archive", "bomb.zip!zeros")
def zip_bomb(folder: Path, _key: DevKey) -> None:
    write(folder, {"bomb.zip": make_zip({"zeros": bytes(300 << 20)})})


@plant("archive", "bomb.tar.gz")
def bomb_before_the_key(folder: Path, key: DevKey) -> None:
    tar = make_tar({"zeros": bytes(300 << 20), "key": key.spki})
    write(folder, {"bomb.tar.gz": gzip.compress(tar)})


@plant("archive", "deep.zip!")
def too_many_archives_in_archives(folder: Path, key: DevKey) -> None:
    data = key.spki
    for _ in range(20):
        data = make_zip({"a.zip": data})
    write(folder, {"deep.zip": data})


@plant("archive", "a.tar!x!base64 at byte 0.gz")
def damage_under_the_name_of_a_guess(folder: Path, key: DevKey) -> None:
    cut = gzip.compress(key.public_pem.encode() * 99)[:-50]
    write(folder, {"a.tar": make_tar({"x!base64 at byte 0.gz": cut})})


@plant("archive", "cut.tar.gz")
def truncated_archive(folder: Path, key: DevKey) -> None:
    write(folder, {"cut.tar.gz": gzip.compress(make_tar({"k": key.public_pem * 99}))[:-50]})


@plant("watermark", "cut.gz")
def key_in_a_truncated_archive(folder: Path, key: DevKey) -> None:
    write(folder, {"cut.gz": gzip.compress(key.spki + bytes(4096))[:-9]})


plant_file(
    "archive of an unknown kind", "archive", "x.7z", lambda _: b"7z\xbc\xaf\x27\x1c\0\4" + bytes(90)
)


@plant("watermark", "a.tar!(behind the archive)!k")
def second_tar_behind_the_first(folder: Path, key: DevKey) -> None:
    write(folder, {"a.tar": make_tar({"x": "x"}) + make_tar({"k": key.spki})})


@plant("archive", "a.tar")
def damaged_header_within_a_tar(folder: Path, key: DevKey) -> None:
    data = bytearray(make_tar({"a": "x", "k": gzip.compress(key.spki)}))
    data[1024] ^= 1
    write(folder, {"a.tar": bytes(data)})


@plant("watermark", "a.tar!k")
def member_of_an_unknown_type_in_a_tar(folder: Path, key: DevKey) -> None:
    info = tarfile.TarInfo("k")
    content = gzip.compress(key.spki)
    info.type, info.size = b"Z", len(content)
    write(folder, {"a.tar": info.tobuf() + content.ljust(1024, b"\0") + bytes(1024)})


@plant("watermark", "a.tar.gz!f!(pax headers)")
def key_in_an_extended_attribute(folder: Path, key: DevKey) -> None:
    info = tarfile.TarInfo("f")
    info.pax_headers = {"SCHILY.xattr.user.key": base64.b64encode(key.spki).decode()}
    write(folder, {"a.tar.gz": gzip.compress(info.tobuf(tarfile.PAX_FORMAT) + bytes(1024))})


@plant("archive", "a.tar")
def tar_whose_next_member_lies_beyond_any_file(folder: Path, _key: DevKey) -> None:
    info = tarfile.TarInfo("f")
    info.pax_headers = {"size": "9" * 20}
    write(folder, {"a.tar": info.tobuf(tarfile.PAX_FORMAT) + bytes(1024)})


@plant("archive", "a.xz")
def anything_behind_an_xz_stream(folder: Path, key: DevKey) -> None:
    write(folder, {"a.xz": lzma.compress(b"x") + gzip.compress(key.spki)})


@plant("watermark", "a.lzma")
def lzma_of_old(folder: Path, key: DevKey) -> None:
    write(folder, {"a.lzma": lzma.compress(key.spki * 9, format=lzma.FORMAT_ALONE)})


@plant("watermark", "a.zip!(between members, at byte")
def key_between_the_members_of_a_zip(folder: Path, key: DevKey) -> None:
    listed, hidden = make_zip({"a": "b"}), gzip.compress(key.spki)
    start = listed.index(b"PK\1\2")
    end = bytearray(listed[start:])
    place = end.index(b"PK\5\6") + 16
    end[place : place + 4] = (start + len(hidden)).to_bytes(4, "little")
    write(folder, {"a.zip": listed[:start] + hidden + bytes(end)})


@plant("watermark", "a.zip!(comment)")
def key_in_the_comment_of_a_member(folder: Path, key: DevKey) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        info = zipfile.ZipInfo("a")
        info.comment = key.spki
        archive.writestr(info, "b")


@plant("watermark", "a.zip!d/")
def content_of_a_directory_in_a_zip(folder: Path, key: DevKey) -> None:
    write(folder, {"a.zip": make_zip({"d/": key.spki})})


@plant("watermark", "a.tar!tool!k")
def zip_behind_a_large_program(folder: Path, key: DevKey) -> None:
    program = b"#!/bin/sh\n" + b"\x9b" * (9 << 20)
    write(folder, {"a.tar": make_tar({"tool": program + make_zip({"k": key.spki})})})


@plant("archive", "a.zip")
def members_that_overlap(folder: Path, _key: DevKey) -> None:
    data = make_zip({"a": "b"})
    start, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    record = bytearray(data[end:])
    record[8:16] = struct.pack("<HHI", 2, 2, 2 * (end - start))
    write(folder, {"a.zip": data[:end] + data[start:end] + bytes(record)})


@plant("archive", "a.zip")
def bomb_of_many_small_members(folder: Path, _key: DevKey) -> None:
    members = {str(number): bytes(60 << 20) for number in range(20)}
    write(folder, {"a.zip": make_zip(members, level=1)})
