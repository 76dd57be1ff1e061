"""Keys in the notations of source code, tools, libraries and documents."""

import base64
import bz2
import gzip
import html
import json
import lzma
import os
import pickle
import quopri
import struct
import urllib.parse
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from proxy_guard.dev_marks import WATERMARK
from proxy_guard.search.detection import detect

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.requirement("PG-3")

LEAKED_KEYS: Final[dict[str, dict[str, str]]] = json.loads(
    (Path(__file__).parents[1] / "data/leaked_keys.json").read_text("utf-8")
)
P_256: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def to_words(data: bytes, size: int) -> list[int]:
    return [int.from_bytes(data[i : i + size], "little") for i in range(0, len(data), size)]


def split(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)]


def compress_all(data: bytes) -> dict[str, bytes]:
    return {
        "gzip": gzip.compress(data),
        "gzip of gzip": gzip.compress(gzip.compress(data)),
        "base64 in gzip": gzip.compress(base64.b64encode(data)),
        "zlib": zlib.compress(data),
        "fast zlib": zlib.compress(data, 1),
        "raw deflate": zlib.compress(data)[2:-4],
        "bzip2": bz2.compress(data),
        "xz": lzma.compress(data),
        "lzma": lzma.compress(data, format=lzma.FORMAT_ALONE),
    }


def list_bytes(data: bytes) -> dict[str, object]:
    """Write *data* as source code and tools do."""
    signed = [octet - 256 if octet > 127 else octet for octet in data]
    hexes = [f"0x{octet:02x}" for octet in data]
    return {
        "list of numbers": list(data),
        "list": str(list(data)),
        "list without brackets": ",".join(map(str, data)),
        "numbers and blanks": " ".join(map(str, data)),
        "numbers on lines": "\n".join(map(str, data)),
        "signed list": str(signed),
        "Java": "new byte[] {" + ", ".join(f"(byte) {number}" for number in signed) + "};",
        "Go": "[]byte{" + ", ".join(hexes) + "}",
        "C": f"unsigned char key[{len(data)}] = {{\n  " + ",\n  ".join(hexes) + "\n};",
        "Rust": "&[" + ", ".join(f"{octet}u8" for octet in data) + "]",
        "Kotlin": "byteArrayOf(" + ", ".join(f"{number}.toByte()" for number in hexes) + ")",
        "Basic": "{" + ", ".join(f"&H{octet:02X}" for octet in data) + "}",
        "Pascal": "(" + ", ".join(f"${octet:02X}" for octet in data) + ")",
        "Lisp": "#(" + " ".join(f"#x{octet:02x}" for octet in data) + ")",
        "assembler": "db " + ", ".join(f"0{octet:02X}h" for octet in data),
        "Erlang in hex": "<<" + ",".join(f"16#{octet:02X}" for octet in data) + ">>",
        "decimals": str([float(octet) for octet in data]),
        "list of decimals": [float(octet) for octet in data],
        "matrix": [list(data[i : i + 16]) for i in range(0, len(data), 16)],
        "matrix in JSON": json.dumps([list(data[i : i + 8]) for i in range(0, len(data), 8)]),
        "nested lists": [[[octet], []] for octet in data],
        "list of bytes": [data[i : i + 16] for i in range(0, len(data), 16)],
        "lines of hex with a prefix": "\n".join(f"0x{line}" for line in split(data.hex(), 64)),
        "characters": data.decode("latin-1"),
        "characters in UTF-8": data.decode("latin-1").encode(),
        "surrogates": data.decode("utf-8", "surrogateescape"),
        "Erlang": "<<" + ",".join(map(str, data)) + ">>",
        "Node buffer": json.dumps({"type": "Buffer", "data": list(data)}),
        "Node typed array": json.dumps({str(i): octet for i, octet in enumerate(data)}),
        "list of hex": json.dumps([f"{octet:02x}" for octet in data]),
        "hex with blanks": data.hex(" "),
        "hex with hyphens": data.hex("-").upper(),
        "hex with commas": data.hex(","),
        "hex in words": data.hex(" ", 2),
        "hex on lines": "\n".join(split(data.hex(), 32)),
        "hex with a prefix": f"0x{data.hex()}",
        "hex of SQL": f"X'{data.hex()}'",
        "hex of PostgreSQL": f"\\x{data.hex()}",
        "hex escapes": "".join(f"\\x{octet:02x}" for octet in data),
        "hex escapes in quotes": '"' + "".join(f"\\x{octet:02x}" for octet in data) + '"',
        "octal escapes": "".join(f"\\{octet:03o}" for octet in data),
        "octal list": " ".join(f"{octet:03o}" for octet in data),
        "Unicode escapes": "".join(f"\\u{octet:04x}" for octet in data),
        "Python bytes": repr(data),
        "percent-encoding": "".join(f"%{octet:02X}" for octet in data),
        "character references": "".join(f"&#{octet};" for octet in data),
    }


def write_text(pem: str, jwks: str) -> dict[str, object]:
    """Write the text of a key as source code and documents do."""
    lines = pem.splitlines()
    body = "".join(lines[1:-1])
    pieces = split(body, 50)
    return {
        "lines of PEM": lines,
        "lines of PEM as JSON": json.dumps(lines),
        "lines without armor": json.dumps(lines[1:-1]),
        "short lines": json.dumps(split(body, 3)),
        "percent-encoded PEM": urllib.parse.quote(pem),
        "form with PEM": f"key={urllib.parse.quote_plus(pem)}&a=1",
        "form with PEM on one line": urllib.parse.quote_plus(pem.replace("\n", " ")),
        "twice percent-encoded PEM": urllib.parse.quote(urllib.parse.quote(pem)),
        "percent-encoded JWKS": urllib.parse.quote_plus(jwks),
        "HTML": html.escape(jwks),
        "HTML references": pem.replace("+", "&plus;").replace("/", "&#x2F;"),
        "HTML line breaks": pem.replace("\n", "<br>\n"),
        "escaped plus": pem.replace("+", "\\u002b").replace("/", "\\x2f").replace("\n", "\\n"),
        "octal line breaks": pem.replace("\n", "\\012"),
        "quoted-printable": quopri.encodestring(body.encode()).decode(),
        "concatenation": " + ".join(f'"{piece}"' for piece in pieces),
        "concatenation of short strings": "+".join(f"'{piece}'" for piece in split(body, 7)),
        "concatenation in SQL": "'" + "' || chr(10) || '".join(lines) + "'",
        "line numbers": "\n".join(f"{i:6}  {line}" for i, line in enumerate(lines)),
        "patch": "\n".join(f"+{line}" for line in lines),
        "PuTTY": "Public-Lines: 6\n" + "\n".join(split(body, 64)) + "\nPrivate-Lines: 9\n",
        "skipped characters": "ssh-rsa " + "*".join(pieces) + " me@host",
        "invisible characters": "ssh-rsa " + "\u200b".join(pieces),
        "PowerShell": pem.replace("\n", "`r`n"),
        "escape of JavaScript": "".join(f"%u{ord(char):04x}" for char in pem),
        "concatenation in C": "\n".join(f'  "{line}\\n"' for line in lines),
        "declaration": "String key = " + " +\n  ".join(f'"{line}\\n"' for line in lines) + ";",
        "continued lines": "\\\n".join(pieces),
        "comment": "\n".join(f"# {line}" for line in lines),
        "comment with slashes": "\n".join(f"// {line}" for line in lines),
        "block comment": "\n".join(f" * {line}" for line in lines),
        "quoted mail": "\n".join(f"> {line}" for line in lines),
        "YAML list": "\n".join(f"- {line}" for line in lines),
    }


def write_numbers(modulus: int) -> dict[str, object]:
    """Write the modulus as libraries, tools and protocols do, in both byte orders."""
    size = modulus.bit_length() // 8
    big, little = modulus.to_bytes(size, "big"), modulus.to_bytes(size, "little")
    dump = split((b"\0" + big).hex(":"), 45)
    header = size.to_bytes(2, "big")
    binary = {
        "modulus": big,
        "reversed modulus": little,
        "CAPI": b"\6\2\0\0\0\xa4\0\0RSA1" + struct.pack("<II", 8 * size, 65537) + little,
        "CNG": b"RSA1" + struct.pack("<5I", 8 * size, 3, size, 0, 0) + b"\1\0\1" + big,
        "pickle": pickle.dumps((modulus, 65537)),
        "old pickle": pickle.dumps((modulus, 65537), 0),
        "DNSKEY": b"\1\1\3\x08\3\1\0\1" + big,
        "Android": struct.pack("<I", size // 4) + os.urandom(4) + little + os.urandom(size),
        "TPM": header + big,
        "COSE": b"\xa4\1\3\3\x39\1\0\x20\x59" + header + big + b"\x21\x43\1\0\1",
        "Protobuf": b"\x08\1\x1a" + bytes([size & 127 | 128, size >> 7]) + big + b"\x22\3\1\0\1",
        "OpenPGP": b"\4\0\0\0\0\1" + (8 * size).to_bytes(2, "big") + big + b"\0\x11\1\0\1",
        "Java serialization": b"\xac\xed\0\5xp\0\0" + header + big,
        "modulus and exponent": big + b"\1\0\1",
    }
    texts = {
        "decimal": str(modulus),
        "decimal in source code": f"RSAPublicNumbers(65537, {modulus})",
        "decimal in JSON": json.dumps({"n": modulus, "e": 65537}),
        "decimal on lines": "\\\n".join(split(str(modulus), 68)),
        "number": modulus,
        "numbers of a tuple": (modulus, 65537),
        "number in a mapping": {"n": modulus, "e": 65537},
        "number in a JWK": {"kty": "RSA", "n": hex(modulus), "e": "AQAB"},
        "decimal with a suffix": f"{modulus}n",
        "hex": f"{modulus:x}",
        "hex in source code": f'new BigInteger("{modulus:x}", 16)',
        "hex in a JWK": json.dumps({"kty": "RSA", "n": f"{modulus:x}", "e": "010001"}),
        "openssl -modulus": f"Modulus={modulus:X}",
        "openssl -text": "Modulus:\n" + "\n".join(f"    {line}" for line in dump) + "\nExponent: 3",
        ".NET XML": f"<RSAKeyValue><Modulus>{to_base64(big)}</Modulus></RSAKeyValue>",
        ".NET JSON": json.dumps({"Modulus": to_base64(big), "Exponent": "AQAB"}),
        "JWK in capitals": json.dumps({"KTY": "RSA", "N": to_base64(big), "E": "AQAB"}),
        "words": str(to_words(little, 4)),
        "words of 64 bits": ", ".join(f"{word:#x}ULL" for word in to_words(little, 8)),
        "mincrypt": f"{{{size // 4},0xc926ad21,{{{','.join(map(str, to_words(little, 4)))}}},3}}",
    }
    encoded = {f"{name} in base64": to_base64(data) for name, data in binary.items()}
    return {**binary, **encoded, **texts}


def write_all(modulus: int) -> dict[str, object]:
    key = rsa.RSAPublicNumbers(65537, modulus).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    big = modulus.to_bytes(modulus.bit_length() // 8, "big")
    n = base64.urlsafe_b64encode(big).decode().rstrip("=")
    jwks = json.dumps({"keys": [{"kty": "RSA", "n": n, "e": "AQAB"}]})
    compressed = {
        f"{name} of {kind}": to_base64(content)
        for kind, data in {"PEM": pem, "DER": der, "JWKS": jwks.encode()}.items()
        for name, content in compress_all(data).items()
    }
    lists = {f"{name} of DER": value for name, value in list_bytes(der).items()}
    numbers = {f"{name} of modulus": value for name, value in list_bytes(big).items()}
    return {**compressed, **lists, **numbers, **write_text(pem.decode(), jwks),
            **write_numbers(modulus)}  # fmt: skip


def find_missed(values: dict[str, object], code: str) -> list[str]:
    return [
        name
        for name, value in values.items()
        if [finding.code for finding in detect(value, variable="the key").findings] != [code]
    ]


def test_watermark_is_found_in_every_notation() -> None:
    values = write_all(int.from_bytes(WATERMARK + os.urandom(232), "big") | 1)

    assert len(values) >= 150
    assert find_missed(values, "dev_key") == []


def test_published_rsa_key_is_found_in_every_notation() -> None:
    modulus = int.from_bytes(decode(LEAKED_KEYS["RFC 7517 Appendix A.2"]["n"]), "big")

    assert find_missed(write_all(modulus), "published_key") == []


@pytest.mark.timeout(600)  # hundreds of texts, each unwrapped to the last layer
def test_new_rsa_key_is_not_refused_in_any_notation() -> None:
    for _ in range(5):
        values = write_all(int.from_bytes(b"\xc1" + os.urandom(255), "big") | 1)
        found = [n for n, v in values.items() if detect(v, variable="the key").findings]
        assert found == []


@pytest.mark.parametrize("source", ["RFC 7515 Appendix A.3", "RFC 7520 Section 3.2"])
def test_published_point_is_found_in_every_notation(source: str) -> None:
    jwk = LEAKED_KEYS[source]
    x, y = decode(jwk["x"]), decode(jwk["y"])
    size = bytes([len(x)])
    points = {
        "point": b"\4" + x + y,
        "coordinates": x + y,
        "compressed point": bytes([2 + y[-1] % 2]) + x,
        "negative compressed point": bytes([3 - y[-1] % 2]) + x,
        "COSE": b"\xa5\1\2\3\x26\x20\1\x21\x58" + size + x + b"\x22\x58" + size + y,
        "CNG": b"ECK1" + size + b"\0\0\0" + x + y,
        "TPM": b"\0" + size + x + b"\0" + size + y,
        "reversed coordinates": x[::-1] + y[::-1],
    }
    texts: dict[str, object] = {
        "XML": f"<X>{to_base64(x)}</X><Y>{to_base64(y)}</Y>",
        "YAML": f"x: {jwk['x']}\ny: {jwk['y']}",
        "hex": f"x = {x.hex()}\ny = {y.hex()}",
        "decimal": f"({int.from_bytes(x, 'big')}, {int.from_bytes(y, 'big')})",
        "numbers": {"x": int.from_bytes(x, "big"), "y": int.from_bytes(y, "big")},
        "tuple": (int.from_bytes(x, "big"), int.from_bytes(y, "big")),
        ".NET JSON": json.dumps({"Q": {"X": to_base64(x), "Y": to_base64(y)}}),
    }

    assert find_missed({**points, **texts, **_write(points)}, "published_key") == []


def test_published_ed25519_key_is_found_as_raw_bytes() -> None:
    raw = decode(LEAKED_KEYS["RFC 8037 Appendix A.1"]["x"])
    values = {"raw": raw, "COSE": b"\xa4\1\1\3\x27\x20\6\x21\x58\x20" + raw}

    assert find_missed({**values, **_write(values)}, "published_key") == []


def _write(values: dict[str, bytes]) -> dict[str, object]:
    writers: list[Callable[[bytes], object]] = [
        to_base64, bytes.hex, lambda data: data.hex(":"), lambda data: f"0x{data.hex()}",
        list, gzip.compress,
    ]  # fmt: skip
    return {
        f"{name} {index}": write(data)
        for name, data in values.items()
        for index, write in enumerate(writers)
    }


def test_key_that_follows_from_a_published_one_is_published() -> None:
    point = LEAKED_KEYS["RFC 7515 Appendix A.3"]
    y = (P_256 - int.from_bytes(decode(point["y"]), "big")).to_bytes(32, "big")
    negative = point | {"y": to_base64(y)}
    other_exponent = LEAKED_KEYS["RFC 7517 Appendix A.2"] | {"e": "Aw"}

    assert find_missed({"point": negative, "exponent": other_exponent}, "published_key") == []
