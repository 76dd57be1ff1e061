"""Planted violations: keys of the simulator."""

import base64
import json
import textwrap
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from tests.separation.artefacts import DevKey, write
from tests.separation.plants.registry import compile_source, plant, plant_file

plant_file(
    "private key in a fixture", "watermark", "tests/fixtures/key.txt", lambda k: k.private_pem
)
plant_file("public key in PEM", "watermark", "keys/idp.pub", lambda k: k.public_pem)
plant_file(
    "key in a Python string", "watermark", "s.py", lambda k: f"KEY = {json.dumps(k.public_pem)}\n"
)
plant_file(
    "key in concatenated strings", "watermark", "s.py",
    lambda k: "KEY = (\n" + "".join(f'    "{x}\\n"\n' for x in k.public_pem.splitlines()) + ")\n",
)  # fmt: skip
plant_file("key in UTF-16", "watermark", "k.txt", lambda k: k.public_pem.encode("utf-16-le"))
plant_file(
    "key in narrow lines", "watermark", "k.txt",
    lambda k: "\r\n".join(textwrap.wrap(base64.b64encode(k.spki).decode(), 7)),
)  # fmt: skip
plant_file("JWK", "watermark", "config/jwks.js", lambda k: f"export const k = {json.dumps(k.jwk)}")
plant_file("DER of a public key", "watermark", "k.bin", lambda k: k.spki)
plant_file("PKCS#8", "watermark", "k.bin", lambda k: k.pkcs8)
plant_file("one byte before it", "watermark", "k.b64", lambda k: base64.b64encode(b"\1" + k.spki))
plant_file(
    "two bytes before it", "watermark", "k.b64", lambda k: base64.b64encode(b"\1\2" + k.spki)
)
plant_file("base64url", "watermark", "k.b64", lambda k: base64.urlsafe_b64encode(b"\1" + k.spki))
plant_file(
    "certificate in PEM",
    "watermark",
    "ca.crt",
    lambda k: k.make_certificate().public_bytes(Encoding.PEM),
)
plant_file(
    "certificate in DER",
    "watermark",
    "ca.der",
    lambda k: k.make_certificate().public_bytes(Encoding.DER),
)
plant_file(
    "certificate of its name", "name", "ca.der",
    lambda k: k.make_certificate("DEV ONLY token-issuer").public_bytes(Encoding.DER),
)  # fmt: skip
plant_file(
    "key in a Kubernetes Secret", "watermark", "secret.yaml",
    lambda k: f"kind: Secret\ndata:\n  key: {base64.b64encode(k.public_pem.encode()).decode()}\n",
)  # fmt: skip
plant_file(
    "key encoded three times", "watermark", "x.txt",
    lambda k: base64.b64encode(base64.b64encode(base64.b64encode(k.spki))),
)  # fmt: skip
plant_file(
    "modulus as openssl prints it", "watermark", "key.txt",
    lambda k: textwrap.fill("00:" + k.modulus.to_bytes(256, "big").hex(":"), 45),
)  # fmt: skip
plant_file("modulus in decimal", "watermark", "key.py", lambda k: f"N = {k.modulus}\n")
plant_file("key as a bytes literal", "watermark", "key.py", lambda k: f"KEY = {k.spki!r}\n")
plant_file("key as a list of bytes", "watermark", "key.js", lambda k: f"const k = {list(k.spki)}")
plant_file(
    "key as a C array",
    "watermark",
    "key.h",
    lambda k: ", ".join(f"0x{byte:02X}" for byte in k.spki),
)


@plant("watermark", "service/keys.pyc")
def key_in_bytecode(folder: Path, key: DevKey) -> None:
    bytecode = compile_source(folder, f"KEY = {key.public_pem!r}\n")
    write(folder, {"service/keys.pyc": bytecode})


@plant("watermark", "large.bin")
def key_deep_in_a_large_file(folder: Path, key: DevKey) -> None:
    border = (8 << 20) + 1 - len(key.spki) // 2  # across the border of two windows
    write(folder, {"large.bin": b"\x9b" * border + key.spki + b"\x9b" * (9 << 20)})


def break_lines(line_break: str) -> Callable[[DevKey], str]:
    return lambda key: key.public_pem.replace("\n", line_break)


plant_file("key in a URL", "watermark", "k.txt", break_lines("%0A"))
plant_file("key in an attribute of XML", "watermark", "k.txt", break_lines("&#10;"))
plant_file("key in JSON in code points", "watermark", "k.txt", break_lines("\\u000a"))
plant_file("key in JSON in JSON", "watermark", "k.txt", break_lines("\\\\n"))
plant_file(
    "key joined by plus signs", "watermark", "Key.java",
    lambda k: "String k = " + " +\n".join(f'"{x}\\n"' for x in k.public_pem.splitlines()),
)  # fmt: skip
plant_file(
    "key in a patch", "watermark", "a.patch",
    lambda k: "".join(f"+{line}\n" for line in k.public_pem.splitlines()),
)  # fmt: skip
plant_file(
    "key as signed bytes", "watermark", "Key.java",
    lambda k: ", ".join(str((byte ^ 0x80) - 0x80) for byte in k.spki),
)  # fmt: skip
plant_file(
    "PEM in base64 in UTF-16", "watermark", "k.txt",
    lambda k: base64.b64encode(k.public_pem.encode()).decode().encode("utf-16"),
)  # fmt: skip
