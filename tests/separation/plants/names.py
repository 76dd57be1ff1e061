"""Planted violations: names of the simulator in metadata, locks and paths."""

import gzip
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Final

from tests.separation.artefacts import ROOT, SIMULATOR, DevKey, make_tar, make_wheel, write
from tests.separation.plants.registry import FULLWIDTH_T, compile_source, plant, plant_file

DEV_MARKS: Final = ROOT / "packages/proxy-guard/src/proxy_guard/dev_marks.py"


@plant("manifest", "METADATA")
def optional_extra(folder: Path, _key: DevKey) -> None:
    metadata = 'Provides-Extra: dev\nRequires-Dist: Token.Issuer>=0.1; extra == "dev"\n'
    write(folder, {"service-1.0-py3-none-any.whl": make_wheel({}, metadata=metadata)})


@plant("manifest", "service-1.0.tar.gz!service-1.0/PKG-INFO")
def dependency_of_an_sdist(folder: Path, _key: DevKey) -> None:
    metadata = "Metadata-Version: 2.1\nName: service\nVersion: 1.0\nRequires-Dist: Token_Issuer\n"
    sdist = make_tar({"service-1.0/PKG-INFO": metadata})
    write(folder, {"service-1.0.tar.gz": gzip.compress(sdist)})


@plant("manifest", "entry_points.txt")
def entry_point(folder: Path, _key: DevKey) -> None:
    text = "[console_scripts]\nmint = token_issuer.cli.main:main\n"
    wheel = make_wheel({"service-1.0.dist-info/entry_points.txt": text})
    write(folder, {"service-1.0-py3-none-any.whl": wheel})


plant_file(
    "line in a RECORD", "manifest", "x.dist-info/RECORD", lambda _: "token_issuer/web/app.py,,\n"
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
    "requirement beside an issuer of another name", "manifest", "Dockerfile",
    lambda _: "ENV JWT_ISSUER=harbor-token-issuer\nRUN pip install token_issuer httpx\n",
)  # fmt: skip
plant_file(
    "image with the name behind another", "manifest", "Dockerfile",
    lambda _: "FROM acme/harbor_token_issuer\nENV JWT_ISSUER=https://id.example.com\n",
)  # fmt: skip
plant_file(
    "conda package", "manifest", "environment.yml", lambda _: "dependencies:\n  - token_issuer=1\n"
)
plant_file(
    "CycloneDX component", "manifest", "sbom.json",
    lambda _: json.dumps({
        "bomFormat": "CycloneDX",
        "components": [{"name": "Token_Issuer", "purl": "pkg:pypi/token.issuer@0.1.0"}],
    }),
)  # fmt: skip
plant_file(
    "CycloneDX component in XML", "manifest", "sbom.xml",
    lambda _: '<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component>'
    "<name>Token_Issuer</name></component></components></bom>",
)  # fmt: skip
plant_file(
    "SPDX package in JSON", "manifest", "packages.json",
    lambda _: json.dumps({"spdxVersion": "SPDX-2.3", "packages": [{"name": "Token.Issuer"}]}),
)  # fmt: skip
plant_file(
    "SPDX package", "manifest", "image.spdx",
    lambda _: "SPDXVersion: SPDX-2.3\nPackageName: token_issuer\n",
)  # fmt: skip


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


@plant("path", "a.tar!usr/lib/.wh.token_issuer")
def whiteout_of_the_folder(folder: Path, _key: DevKey) -> None:
    write(folder, {"a.tar": make_tar({"usr/lib/.wh.token_issuer": ""})})


@plant("path", "a.tar!usr/lib/token_issuer/.wh..wh..opq")
def opaque_whiteout(folder: Path, _key: DevKey) -> None:
    write(folder, {"a.tar": make_tar({"usr/lib/token_issuer/.wh..wh..opq": ""})})


@plant("path", "a.tar!usr/lib/token_issuer")
def whiteout_of_overlayfs(folder: Path, _key: DevKey) -> None:
    info = tarfile.TarInfo("usr/lib/token_issuer")
    info.type = tarfile.CHRTYPE
    write(folder, {"a.tar": info.tobuf() + bytes(1024)})


plant_file("whiteout of the metadata", "path", "x/.wh.token-issuer-0.1.0.dist-info", lambda _: "")
plant_file("swap file of an editor", "path", "x/.token_issuer.py.swp", lambda _: "x")
plant_file("path in capitals", "path", "lib/Token-Issuer/x.js", lambda _: "x")
plant_file("path in fullwidth letters", "path", f"lib/{FULLWIDTH_T}oken_issuer/x.js", lambda _: "x")
plant_file(
    "wheel of the simulator",
    "path",
    "token_issuer-0.1.0-py3-none-any.whl",
    lambda _: make_wheel({}),
)


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


@plant("path", "-py3-none-any.whl")
def real_wheel_of_the_simulator(folder: Path, _key: DevKey) -> None:
    project = SIMULATOR.parents[1]
    command = ["ci/uv", "build", "--wheel", "--quiet", str(project), "--out-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
