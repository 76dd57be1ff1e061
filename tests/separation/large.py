"""Large real artefacts, built with the tools of their ecosystems from pinned packages."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.machine import build_debian_environ, find_command
from tests.separation.artefacts import make_saved_image, make_zip, write_oci_layout
from tests.separation.workshop import SQUASHFS_TOOLS, Workshop

_MAVEN_PLUGIN: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_JARS: Final = {
    "boot": "io.zipkin:zipkin-server:3.5.1:jar:exec",
    "cli": "io.trino:trino-cli:476:jar:executable",
    "war": "org.apache.activemq:artemis-console:2.40.0:war",
    "server": "org.apache.activemq:apache-artemis:2.40.0:tar.gz:bin",
}
_NODE_PACKAGES: Final = (
    "jose@6.1.0", "next@15.5.6", "node-jose@2.2.0", "oidc-provider@9.5.2", "webpack@5.102.1"
)  # fmt: skip
_GO_PROGRAM: Final = "github.com/zitadel/oidc/v3/example/server@v3.52.0"
_RUNTIME: Final = """\
#include <stdio.h>
int main(void) { return puts("The payload is a SquashFS image behind this ELF file.") < 0; }
"""
_APPIMAGE_MAGIC: Final = b"AI\2"
_PROGRAM: Final = """\
import json, sqlite3, ssl
import jwt, requests
from cryptography.hazmat.primitives.asymmetric import rsa
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
print(jwt.encode({"iss": "https://accounts.google.com"}, key, algorithm="RS256"))
"""
_LIBRARIES: Final = ("cryptography==50.0.2", "pyjwt==2.10.1", "requests==2.32.5")


def build_jar(shop: Workshop, name: str) -> None:
    mvn = find_command("mvn", "install Maven 3.6 or later")
    shop.run(
        mvn, "--quiet", "--batch-mode", f"-Dmaven.repo.local={shop.scratch}", _MAVEN_PLUGIN,
        f"-Dartifact={_JARS[name]}", f"-DoutputDirectory={shop.shipped}",
    )  # fmt: skip


def build_npm_tree(shop: Workshop) -> None:
    (shop.shipped / "package.json").write_text('{"private": true}', encoding="ascii")
    shop.run_npm("install", f"--prefix={shop.shipped}", "--omit=optional", *_NODE_PACKAGES)


def build_npm_package(shop: Workshop, package: str) -> None:
    shop.run_npm("pack", package, f"--pack-destination={shop.shipped}")


def build_asar(shop: Workshop) -> None:
    (shop.scratch / "package.json").write_text('{"private": true}', encoding="ascii")
    shop.run_npm("install", "@electron/asar@3.4.1", "monaco-editor@0.52.2", "openid-client@6.8.1")
    asar = shop.scratch / "node_modules/.bin/asar"
    shop.run(asar, "pack", shop.scratch / "node_modules", shop.shipped / "app.asar")


def build_extension(shop: Workshop) -> None:
    """Build an extension of VS Code: a zip with a manifest (Open Packaging Conventions)."""
    shop.run_npm("pack", "pyright@1.1.407", f"--pack-destination={shop.scratch}")
    shutil.unpack_archive(next(shop.scratch.glob("*.tgz")), shop.scratch / "unpacked")
    with zipfile.ZipFile(shop.shipped / "a.vsix", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types/>')
        archive.writestr("extension.vsixmanifest", '<?xml version="1.0"?><PackageManifest/>')
        for path in (shop.scratch / "unpacked/package").rglob("*"):
            archive.write(path, path.relative_to(shop.scratch / "unpacked"))


def build_go_program(shop: Workshop) -> None:
    """Build a static program, and ship it with the module zips that it was built from."""
    go = find_command("go", "install Go 1.25 or later")
    environ = {
        "CGO_ENABLED": "0",
        "GOBIN": str(shop.shipped),
        "GOCACHE": str(shop.scratch / "build"),
        "GOFLAGS": "-modcacherw",
        "GOMODCACHE": str(shop.scratch / "modules"),
    }
    shop.run(go, "install", _GO_PROGRAM, environ=environ)
    (shop.scratch / "modules/cache/download").rename(shop.shipped / "modules")


def build_crates(shop: Workshop) -> None:
    """Vendor the sources of a program, as its own lock pins them."""
    cargo = find_command("cargo", "install Rust 1.85 or later")
    environ = {"CARGO_HOME": str(shop.scratch / "home")}
    source = shop.scratch / "src/lib.rs"
    source.parent.mkdir()
    source.touch()
    (shop.scratch / "Cargo.toml").write_text(
        '[package]\nname = "a"\n[dependencies]\njwt-cli = "=6.2.0"\n', encoding="ascii"
    )
    shop.run(cargo, "vendor", "--quiet", "first", environ=environ)
    program = shop.scratch / "program"
    (shop.scratch / "first/jwt-cli").rename(program)
    locked = ("vendor", "--quiet", "--locked", shop.shipped)
    shop.run(cargo, *locked, folder=program, environ=environ)


def build_wheel(shop: Workshop) -> None:
    """Download Ansible, whose collections are thousands of deployment files."""
    shop.run_python(
        "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--dest", shop.shipped, "ansible==12.3.0", packages=("pip",),
    )  # fmt: skip


def build_pyinstaller(shop: Workshop) -> None:
    program = shop.scratch / "shop.py"
    program.write_text(_PROGRAM, encoding="ascii")
    shop.run_python(
        "-m", "PyInstaller", "--onefile", "--log-level=ERROR", f"--distpath={shop.shipped}",
        program, packages=("pyinstaller==6.22.3", *_LIBRARIES),
    )  # fmt: skip


def build_pex(shop: Workshop) -> None:
    packages = ("django==5.2.19", "sqlalchemy==2.0.44", *_LIBRARIES)
    pex = ("-m", "pex", *packages, "-o", shop.shipped / "app.pex", "--pex-root", shop.scratch)
    shop.run_python(*pex, packages=("pex==2.105.2",))


def build_debian_package(shop: Workshop) -> None:
    shutil.copy(shop.find_package("chromium"), shop.shipped)


def build_zstandard_package(shop: Workshop) -> None:
    """Pack a package as Ubuntu does."""
    raw = shop.scratch / "raw"
    shop.run("dpkg-deb", "--raw-extract", shop.find_package("postgresql-15"), raw)
    shop.run("dpkg-deb", "-z3", "-Zzstd", "--build", raw, shop.shipped / "postgresql.deb")


def build_appimage(shop: Workshop, compression: str) -> None:
    """Build an AppImage of type 2: a static ELF file, followed by a SquashFS image."""
    gcc = find_command("gcc", "install gcc and the static libc")
    tools = shop.unpack(*SQUASHFS_TOOLS, folder="tools")
    tree = shop.unpack("libnode108", "libpython3.11-stdlib", folder="tree")
    image, source = shop.scratch / "image", shop.scratch / "runtime.c"
    mksquashfs = (tools / "usr/bin/mksquashfs", tree, image, "-quiet", "-no-progress")
    shop.run(*mksquashfs, "-comp", compression, environ=build_debian_environ(tools))
    source.write_text(_RUNTIME, encoding="ascii")
    shop.run(gcc, "-static", "-O2", source, "-o", shop.scratch / "runtime")
    runtime = (shop.scratch / "runtime").read_bytes()
    marked = runtime[:8] + _APPIMAGE_MAGIC + runtime[11:]
    (shop.shipped / "App.AppImage").write_bytes(marked + image.read_bytes())


def build_image(shop: Workshop) -> None:
    """Build an image from Debian packages as `docker save` and as an OCI layout write it."""
    layers = []
    for name in ("postgresql-15", "libpython3.11-stdlib"):
        folder = shop.unpack(name, folder=name)
        layer = shutil.make_archive(str(shop.scratch / f"{name}-layer"), "tar", folder)
        layers.append(Path(layer).read_bytes())
    environment = ["PGDATA=/var/lib/postgresql/data", "LANG=C.UTF-8"]
    (shop.shipped / "image.tar").write_bytes(make_saved_image(*layers, environment=environment))
    write_oci_layout(shop.shipped / "oci", *layers)


def build_git_repository(shop: Workshop) -> None:
    """Check out a repository whose objects are in a pack, and ship a zip of its sources."""
    tree = shop.unpack("libpython3.11-stdlib", folder="tree").rename(shop.shipped / "checkout")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", tree)
    shop.run(*git, "init", "--quiet")
    shop.run(*git, "add", "--all")
    shop.run(*git, "commit", "--quiet", "--message=Import")
    shop.run(*git, "gc", "--quiet")
    sources = [path for path in tree.rglob("*.py") if path.is_file()]  # some are broken links
    files = {str(path.relative_to(tree)): path.read_bytes() for path in sources}
    (shop.shipped / "source.zip").write_bytes(make_zip(files))


KINDS: Final[dict[str, Callable[[Workshop], None]]] = {
    "executable jar with nested jars": lambda shop: build_jar(shop, "boot"),
    "jar behind a shell script": lambda shop: build_jar(shop, "cli"),
    "war": lambda shop: build_jar(shop, "war"),
    "server with its deployment files in tar.gz": lambda shop: build_jar(shop, "server"),
    "npm tree": build_npm_tree,
    "npm package of an editor": lambda shop: build_npm_package(shop, "code-server@4.100.3"),
    "npm package with webassembly": lambda shop: build_npm_package(shop, "pyodide@314.0.7"),
    "electron asar": build_asar,
    "vs code extension": build_extension,
    "go program and its modules": build_go_program,
    "vendored crates": build_crates,
    "wheel with deployment files": build_wheel,
    "pyinstaller program": build_pyinstaller,
    "pex": build_pex,
    "debian package in xz": build_debian_package,
    "debian package in zstd": build_zstandard_package,
    "appimage in gzip": lambda shop: build_appimage(shop, "gzip"),
    "appimage in xz": lambda shop: build_appimage(shop, "xz"),
    "appimage in zstd": lambda shop: build_appimage(shop, "zstd"),
    "container images": build_image,
    "git repository": build_git_repository,
}
"""The kinds of artefacts, and the functions that build them."""
