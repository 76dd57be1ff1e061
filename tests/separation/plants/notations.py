"""Planted violations: keys of the simulator as numbers and escapes, in the notations of tools."""

import json
import struct
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from quopri import encodestring
from typing import Final

from tests.separation.artefacts import DevKey, write
from tests.separation.plants.registry import compile_source, plant, plant_file


def dump(data: bytes, form: Callable[[bytes], str], *, width: int = 16, tail: str = "") -> str:
    """Write lines with an address, the bytes in *form*, and *tail* with the characters."""
    return "".join(
        f"{start:08x}{form(line)}{tail.format(to_characters(line))}\n"
        for start in range(0, len(data), width)
        for line in [data[start : start + width]]
    )


def to_characters(data: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)


def to_words(data: bytes, code: str, form: str) -> str:
    size = struct.calcsize(code)
    padded = data + bytes(-len(data) % size)
    return "".join(form.format(word) for (word,) in struct.iter_unpack(code, padded))


def spell(form: str, separator: str = "") -> Callable[[bytes], str]:
    return lambda data: separator.join(
        form.format(byte, signed=(byte ^ 0x80) - 0x80, last=byte) for byte in data
    )


NOTATIONS: Final[dict[str, Callable[[bytes], str]]] = {
    "hexdump -C": lambda data: dump(data, lambda line: "  " + line.hex(" "), tail="  |{}|"),
    "hexdump": lambda data: dump(data, lambda line: to_words(line, "<H", " {:04x}")),
    "hexdump -d": lambda data: dump(data, lambda line: to_words(line, "<H", "   {:05d}")),
    "xxd": lambda data: dump(data, lambda line: ": " + line.hex(" ", 2), tail="  {}"),
    "xxd -e": lambda data: dump(data, lambda line: ":" + to_words(line, "<I", " {:08x}")),
    "xxd -b": lambda data: dump(data, spell(" {:08b}"), width=6, tail="  {}"),
    "xxd -c 4": lambda data: dump(data, lambda line: ": " + line.hex(" ", 2), width=4, tail=" {}"),
    "od": lambda data: dump(data, lambda line: to_words(line, "<H", " {:06o}")),
    "od -An -tx1": lambda data: "\n".join(data[at : at + 16].hex(" ") for at in range(0, 294, 16)),
    "od -td1": lambda data: dump(data, spell(" {signed:4d}")),
    "od -td8": lambda data: dump(data, lambda line: to_words(line, "<q", " {:20d}")),
    "gdb x/xw": lambda data: dump(data, lambda line: " <k>:" + to_words(line, "<I", "\t0x{:08x}")),
    "octal escapes": spell("\\{:03o}"),
    "\\u escapes": spell("\\u{:04x}"),
    "\\u{} escapes": spell("\\u{{{:x}}}"),
    "\\U escapes": spell("\\U{:08X}"),
    "hexadecimal references": spell("&#x{:x};"),
    "decimal references": spell("&#{};"),
    "percent escapes": spell("%{:02x}"),
    "escapes of the shell": spell("\\\\x{:02x}"),
    "escapes of PowerShell": spell("`u{{{:x}}}"),
    "escapes of CSS": spell("\\{:x} "),
    "calls of chr": spell("chr({})", "+"),
    "bytes of PowerShell": spell("0x{:02X}", ","),
    "casts of Java": spell("(byte) 0x{:02x}", ", "),
    "signed casts of Java": spell("(byte) {signed}", ", "),
    "literals of Rust": spell("0x{:02x}u8", ", "),
    "literals of Ada": spell("16#{:02X}#", ", "),
    "binary literals": spell("0b{:b}", ", "),
    "assembler": spell("0{:02x}h", ", "),
    "list in YAML": spell("  - {}\n"),
    "elements of XML": spell("<byte>{}</byte>\n"),
    "indexed bytes": lambda data: json.dumps(dict(enumerate(data))),
    "64-bit words": lambda data: to_words(data, ">Q", "0x{:x}, "),
    "signed 32-bit words": lambda data: to_words(data, "<i", "{}, "),
    "JSON in Latin-1": lambda data: json.dumps(data.decode("latin-1")),
    "JSON in UTF-8": lambda data: json.dumps(data.decode("latin-1"), ensure_ascii=False),
    "URL": urllib.parse.quote,
    "quoted-printable": lambda data: encodestring(data).decode(),
}

for notation, write_notation in NOTATIONS.items():
    plant_file(
        f"DER as {notation}", "watermark", "k.txt",
        lambda k, write_notation=write_notation: write_notation(k.spki),  # type: ignore[misc]  # mypy cannot infer the default
    )  # fmt: skip
    plant_file(
        f"PEM as {notation}", "watermark", "k.txt",
        lambda k, write_notation=write_notation: write_notation(k.public_pem.encode()),  # type: ignore[misc]  # mypy cannot infer the default
    )  # fmt: skip


@plant("watermark", "service/dump.pyc")
def dump_in_bytecode(folder: Path, key: DevKey) -> None:
    text = NOTATIONS["hexdump -C"](key.spki)
    write(folder, {"service/dump.pyc": compile_source(folder, f"DUMP = {text!r}\n")})


plant_file(
    "dump in UTF-16", "watermark", "k.txt",
    lambda k: NOTATIONS["xxd"](k.spki).encode("utf-16"),
)  # fmt: skip
plant_file(
    "dump in a long text", "watermark", "k.txt",
    lambda k: "words " * 3000 + NOTATIONS["octal escapes"](k.spki) + " words" * 3000,
)  # fmt: skip
