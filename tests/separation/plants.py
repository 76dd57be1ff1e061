"""Planted violations: how a piece of the simulator may end up in what is shipped.

Each plant writes real artefacts into a folder; its name says how somebody did it. Beside it stand
the check that must catch it, and what the path in the finding must contain.
"""

import base64
import bz2
import gzip
import json
import lzma
import py_compile
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.serialization import Encoding

from tests.separation.artefacts import (
    ROOT,
    SIMULATOR,
    Content,
    DevKey,
    make_saved_image,
    make_tar,
    make_wheel,
    make_zip,
    write,
    write_oci_layout,
)


class Plant(NamedTuple):
    """One planted violation: who must catch it, where, and how it is made."""

    check: str
    where: str
    build: Callable[[Path, DevKey], object]


PLANTS: dict[str, Plant] = {}

DEV_MARKS = ROOT / "packages/proxy-guard/src/proxy_guard/dev_marks.py"
FULLWIDTH_T = "\uff54"

Build = Callable[[Path, DevKey], object]
Files = Callable[[DevKey], dict[str, Content]]


def plant(check: str, where: str) -> Callable[[Build], Build]:
    def register(build: Build) -> Build:
        name = build.__name__.replace("_", " ")
        assert name not in PLANTS
        PLANTS[name] = Plant(check, where, build)
        return build

    return register


def plant_file(name: str, check: str, path: str, content: Callable[[DevKey], Content]) -> None:
    """Plant one file in a directory."""
    assert name not in PLANTS
    build: Build = lambda folder, key: write(folder, {path: content(key)})  # noqa: E731
    PLANTS[name] = Plant(check, path, build)


def read_simulator() -> Iterator[tuple[str, str]]:
    for path in sorted(SIMULATOR.rglob("*.py")):
        yield str(path.relative_to(SIMULATOR)), path.read_text(encoding="utf-8")


def compile_source(folder: Path, source: str, *, name: str = "module") -> bytes:
    path = write(folder, {f"{name}.py": source}) / f"{name}.py"
    compiled = folder / f"{name}.pyc"
    py_compile.compile(str(path), str(compiled), doraise=True)
    data = compiled.read_bytes()
    path.unlink()
    compiled.unlink()
    return data


# Code


@plant("path", "service-1.0-py3-none-any.whl!token_issuer/app.py")
def vendored_copy_in_a_wheel(folder: Path, _key: DevKey) -> None:
    files: dict[str, Content] = {f"token_issuer/{name}": text for name, text in read_simulator()}
    write(folder, {"service-1.0-py3-none-any.whl": make_wheel(files)})


@plant("banner", "ghost/app.py")
def renamed_module(folder: Path, _key: DevKey) -> None:
    write(folder, {f"ghost/{name}": text for name, text in read_simulator()})


@plant("code", "ghost/watermark.py")
def renamed_module_without_its_banner(folder: Path, _key: DevKey) -> None:
    for name, text in read_simulator():
        body = text.partition("\n")[2].replace("token_issuer", "ghost").replace("token-issuer", "g")
        write(folder, {f"ghost/{name}": body})


@plant("path", "token_issuer/settings.pyc")
def only_bytecode(folder: Path, _key: DevKey) -> None:
    source = (SIMULATOR / "settings.py").read_text(encoding="utf-8")
    bytecode = compile_source(folder, source)
    write(folder, {"token_issuer/settings.pyc": bytecode})


@plant("code", "lib/a.pyc")
def only_bytecode_renamed(folder: Path, _key: DevKey) -> None:
    source = (SIMULATOR / "watermark.py").read_text(encoding="utf-8")
    write(folder, {"lib/a.pyc": compile_source(folder, source)})


@plant("module", "lib/b.pyc")
def bytecode_that_imports_it(folder: Path, _key: DevKey) -> None:
    source = "from token_issuer import create\n\ncreate()\n"
    write(folder, {"lib/b.pyc": compile_source(folder, source)})


@plant("module", "lib/c.pyc")
def bytecode_of_another_python_that_names_it(folder: Path, _key: DevKey) -> None:
    bytecode = compile_source(folder, "import token_issuer\n")
    write(folder, {"lib/c.pyc": b"\x6f\x0d" + bytecode[2:]})


plant_file("import", "module", "service/boot.py", lambda _: "import os, token_issuer\n")
plant_file(
    "import in UTF-16", "module", "boot.py", lambda _: "import token_issuer\n".encode("utf-16")
)
plant_file(
    "import in UTF-32", "module", "boot.py", lambda _: "import token_issuer\n".encode("utf-32")
)
plant_file(
    "import by name", "module", "boot.py", lambda _: 'importlib.import_module("token_issuer.app")\n'
)
plant_file("start by python -m", "module", "run.sh", lambda _: "exec python3 -m token_issuer\n")
plant_file(
    "start by uvicorn", "module", "Procfile", lambda _: "web: uvicorn token_issuer.app:create_app\n"
)
plant_file(
    "command in a JSON array",
    "module",
    "job.json",
    lambda _: '{"cmd": ["python", "-m", "token_issuer"]}',
)
plant_file("banner alone", "banner", "x.py", lambda _: "# DEV-ONLY: never ship to production.\n")
plant_file("name in prose", "name", "docs/index.html", lambda _: "<p>Start the token-issuer</p>")
plant_file("folder of the simulator", "name", "a.cfg", lambda _: "path = ../packages/dev-only/x\n")
plant_file("issuer in code", "name", "a.js", lambda _: 'const iss = "https://issuer.local";')


# Metadata and locks


@plant("manifest", "METADATA")
def optional_extra(folder: Path, _key: DevKey) -> None:
    metadata = 'Provides-Extra: dev\nRequires-Dist: Token.Issuer>=0.1; extra == "dev"\n'
    write(folder, {"service-1.0-py3-none-any.whl": make_wheel({}, metadata=metadata)})


@plant("manifest", "entry_points.txt")
def entry_point(folder: Path, _key: DevKey) -> None:
    text = "[console_scripts]\nmint = token_issuer.cli:main\n"
    wheel = make_wheel({"service-1.0.dist-info/entry_points.txt": text})
    write(folder, {"service-1.0-py3-none-any.whl": wheel})


plant_file(
    "line in a RECORD", "manifest", "x.dist-info/RECORD", lambda _: "token_issuer/app.py,,\n"
)
plant_file("top-level name", "manifest", "x.egg-info/top_level.txt", lambda _: "token_issuer\n")
plant_file(
    "requirement", "manifest", "requirements.txt", lambda _: "httpx==0.28\nToken__Issuer==1\n"
)
plant_file(
    "requirement from a URL", "manifest", "requirements-prod.txt",
    lambda _: "ti @ https://x.example.com/token.issuer-1.0.tar.gz\n",
)  # fmt: skip
plant_file(
    "editable export", "name", "export.txt", lambda _: "-e ./packages/dev-only/token-issuer\n"
)
plant_file(
    "dev group that leaked into the lock", "manifest", "uv.lock",
    lambda _: '[package.dev-dependencies]\ndev = [{ name = "token-issuer" }]\n',
)  # fmt: skip
plant_file(
    "dependency of a dependency", "manifest", "pylock.toml",
    lambda _: 'lock-version = "1.0"\n[[packages]]\nname = "helper"\n'
    'dependencies = [{ name = "token_issuer" }]\n',
)  # fmt: skip
plant_file(
    "CycloneDX component", "manifest", "sbom.json",
    lambda _: json.dumps({
        "bomFormat": "CycloneDX",
        "components": [{"name": "Token_Issuer", "purl": "pkg:pypi/token.issuer@0.1.0"}],
    }),
)  # fmt: skip
plant_file(
    "SPDX package", "manifest", "image.spdx",
    lambda _: "SPDXVersion: SPDX-2.3\nPackageName: token_issuer\n",
)  # fmt: skip


# Keys

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


# Services and settings

COMPOSE = "services:\n  proxy:\n    image: shop/proxy:1\n"
plant_file(
    "compose override that adds the service", "manifest", "compose.override.yaml",
    lambda _: COMPOSE + "  token_issuer:\n    build: .\n",
)  # fmt: skip
plant_file(
    "image in a compose file", "manifest", "compose.yaml",
    lambda _: COMPOSE + "  idp:\n    image: registry.example.com/qa/Token_Issuer:1\n",
)  # fmt: skip
plant_file(
    "Kubernetes deployment", "name", "deployment.yaml",
    lambda _: "kind: Deployment\nspec:\n  containers:\n  - image: qa/token-issuer@sha256:00\n",
)  # fmt: skip
plant_file(
    "variable in a Kubernetes deployment", "settings", "deployment.yaml",
    lambda _: "env:\n- name: JWT_JWKS_URI\n  value: http://localhost:8081/certs\n",
)  # fmt: skip
plant_file(
    "disguised address in a ConfigMap", "settings", "config.yaml",
    lambda _: "kind: ConfigMap\ndata:\n  JWT_JWKS_URI: http://token%2Dissuer/certs\n",
)  # fmt: skip
plant_file(
    "env file", "settings", ".env.production", lambda _: "JWT_JWKS_URI=http://127.1:8081/x\n"
)
plant_file(
    "issuer in an env file",
    "settings",
    "prod.env",
    lambda _: 'export JWT_ISSUER="https://ISSUER.local."\n',
)
plant_file(
    "fullwidth letters in a setting", "settings", "app.properties",
    lambda _: "spring.security.oauth2.jwk-set-uri=http://" + FULLWIDTH_T + "oken-issuer/certs\n",
)  # fmt: skip
plant_file(
    "environment in a Dockerfile", "settings", "Dockerfile",
    lambda _: "FROM scratch\nENV JWT_JWKS_URI http://[::1]:8081/certs\n",
)  # fmt: skip


# Images


@plant("settings", ".json")
def environment_baked_into_an_image(folder: Path, _key: DevKey) -> None:
    image = make_saved_image(environment=["JWT_JWKS_URI=http://host.docker.internal:8081/certs"])
    write(folder, {"image.tar": image})


@plant("image", ".json")
def label_of_the_image(folder: Path, _key: DevKey) -> None:
    write(folder, {"image.tar": make_saved_image(labels={"dev-only": "true"})})


@plant("manifest", "image.tar!manifest.json")
def name_of_the_image(folder: Path, _key: DevKey) -> None:
    write(folder, {"image.tar": make_saved_image(tag="registry:5000/token_issuer:latest")})


@plant("watermark", "/layer.tar!app/key.pem")
def file_deleted_in_an_upper_layer(folder: Path, key: DevKey) -> None:
    lower = make_tar({"app/key.pem": key.public_pem})
    upper = make_tar({"app/.wh.key.pem": ""})
    write(folder, {"image.tar": make_saved_image(lower, upper)})


@plant("path", "!usr/lib/token_issuer/app.py")
def compressed_layer_of_an_oci_layout(folder: Path, _key: DevKey) -> None:
    write_oci_layout(folder, make_tar({"usr/lib/token_issuer/app.py": "x = 1\n"}))


@plant("watermark", "image.tar.gz")
def wheel_in_a_layer_of_a_compressed_image(folder: Path, key: DevKey) -> None:
    wheel = make_wheel({"service/key.json": json.dumps(key.jwk)})
    layer = make_tar({"opt/wheels/service-1.0-py3-none-any.whl": wheel})
    write(folder, {"image.tar.gz": gzip.compress(make_saved_image(layer))})


# Archives


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
    members = {"debian-binary": b"2.0\n", "data.tar.xz": data_tar}
    content = b"!<arch>\n"
    for name, data in members.items():
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
    write(folder, {"bomb.zip": make_zip({"zeros": bytes(100 << 20)})})


@plant("archive", "bomb.tar.gz")
def bomb_before_the_key(folder: Path, key: DevKey) -> None:
    tar = make_tar({"zeros": bytes(100 << 20), "key": key.spki})
    write(folder, {"bomb.tar.gz": gzip.compress(tar)})


@plant("archive", "deep.zip!")
def too_many_archives_in_archives(folder: Path, key: DevKey) -> None:
    data = key.spki
    for _ in range(20):
        data = make_zip({"a.zip": data})
    write(folder, {"deep.zip": data})


@plant("archive", "cut.tar.gz")
def truncated_archive(folder: Path, key: DevKey) -> None:
    write(folder, {"cut.tar.gz": gzip.compress(make_tar({"k": key.public_pem * 99}))[:-50]})


@plant("watermark", "cut.gz")
def key_in_a_truncated_archive(folder: Path, key: DevKey) -> None:
    write(folder, {"cut.gz": gzip.compress(key.spki + bytes(4096))[:-9]})


plant_file(
    "archive of an unknown kind", "archive", "x.7z", lambda _: b"7z\xbc\xaf\x27\x1c\0\4" + bytes(90)
)


# Paths


@plant("path", "config/current")
def symlink(folder: Path, _key: DevKey) -> None:
    outside = write(folder.with_name(f"{folder.name}-outside") / "token_issuer", {"a.txt": "x"})
    write(folder, {"config/x": ""})
    (folder / "config/current").symlink_to(outside)


@plant("watermark", "config/current/k.der")
def symlink_to_a_key_elsewhere(folder: Path, key: DevKey) -> None:
    outside = write(folder.with_name(f"{folder.name}-keys"), {"k.der": key.spki})
    write(folder, {"config/x": ""})
    (folder / "config/current").symlink_to(outside)


@plant("path", "a.tar!lib/x")
def symlink_in_a_tar(folder: Path, _key: DevKey) -> None:
    write(folder, {"a.tar": make_tar({}, links={"lib/x": "../token-issuer/src"})})


plant_file("path in capitals", "path", "lib/Token-Issuer/x.js", lambda _: "x")
plant_file("path in fullwidth letters", "path", f"lib/{FULLWIDTH_T}oken_issuer/x.js", lambda _: "x")
plant_file(
    "wheel of the simulator",
    "path",
    "token_issuer-0.1.0-py3-none-any.whl",
    lambda _: make_wheel({}),
)


# What is exempt, and what is not

plant_file(
    "list of marks with a change", "name", "proxy_guard/dev_marks.py",
    lambda _: DEV_MARKS.read_bytes() + b"#",
)  # fmt: skip
plant_file(
    "list of marks elsewhere", "name", "other/marks.py",
    lambda _: DEV_MARKS.read_bytes(),
)  # fmt: skip


@plant("name", "proxy_guard/__pycache__/dev_marks.cpython-311.pyc")
def bytecode_in_the_place_of_the_marks(folder: Path, _key: DevKey) -> None:
    bytecode = compile_source(folder, "HOST = 'http://token-issuer'\n")
    write(folder, {"proxy_guard/__pycache__/dev_marks.cpython-311.pyc": bytecode})


@plant("path", "token_issuer-0.1.0-py3-none-any.whl")
def real_wheel_of_the_simulator(folder: Path, _key: DevKey) -> None:
    project = SIMULATOR.parents[1]
    command = ["ci/uv", "build", "--wheel", "--quiet", str(project), "--out-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
