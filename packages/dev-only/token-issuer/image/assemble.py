# DEV-ONLY: never ship to production.
"""Collect the root file system of the simulator image, and print what it weighs.

    assemble.py INTERPRETER VENV TRIPLE ROOT

Python code goes into one zip archive, as bytecode without docstrings; asserts and line numbers
stay. Extension modules cannot be loaded from there: they lie under their full names in one folder,
where `modules/sitecustomize.py` finds them. TRIPLE is the GNU name of the platform, which need not
be this machine's. `contents.toml` says what is kept.
"""

import ast
import importlib.util
import marshal
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
OVERLAY: Final = HERE / "modules"
STDLIB: Final = Path(sysconfig.get_path("stdlib"))
VERSION: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
ARCHIVE: Final = f"usr/lib/python{VERSION.replace('.', '')}.zip"  # on sys.path of every Python
EXTENSIONS: Final = f"usr/lib/python{VERSION}/lib-dynload"
METADATA: Final = "usr/lib/python3/dist-packages"
DPKG_RECORDS: Final = "var/lib/dpkg/status.d"  # as in distroless images
DPKG_FIELDS: Final = (
    "Package: ${Package}\nStatus: ${Status}\nArchitecture: ${Architecture}\n"
    "Source: ${source:Package} (${source:Version})\nVersion: ${Version}\n"
)
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the same sources make the same archive
UNCHECKED_HASH: Final = 0b01  # PEP 552: there is no source to compare with
LIGHT: Final = 100_000  # bytes; lighter files share one line of the table

CONTENTS: Final = tomllib.loads((HERE / "contents.toml").read_text(encoding="utf-8"))
OMITTED_MODULES: Final = frozenset(CONTENTS["standard_library"]["omit"])
ENCODINGS: Final = frozenset(CONTENTS["standard_library"]["encodings"])
PACKAGES: Final = frozenset(CONTENTS["packages"]["keep"])
OMITTED_SUBPACKAGES: Final = frozenset(CONTENTS["packages"]["omit"])


def is_within(name: str, packages: frozenset[str]) -> bool:
    """Tell whether *name* is one of *packages* or lies inside one."""
    parts = name.split(".")
    return any(".".join(parts[:length]) in packages for length in range(1, len(parts) + 1))


def is_standard_kept(name: str) -> bool:
    """Decide about a module of the standard library."""
    if name.startswith("encodings."):
        return name.removeprefix("encodings.") in ENCODINGS
    return not is_within(name, OMITTED_MODULES) and not name.startswith("_sysconfigdata")


def is_package_kept(name: str) -> bool:
    """Decide about a module of the virtual environment."""
    return is_within(name, PACKAGES) and not is_within(name, OMITTED_SUBPACKAGES)


def find_modules(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the dotted name and the file of each module below *folder*."""
    for path in sorted(folder.rglob("*.py")):
        name = ".".join(path.relative_to(folder).with_suffix("").parts)
        yield name.removesuffix(".__init__"), path


def find_data_files(folder: Path) -> Iterator[Path]:
    """Yield the files of our own package below *folder* that the kept modules read."""
    for path in sorted((folder / "token_issuer").rglob("*")):
        is_code = path.suffix in {".py", ".pyc", ".so", ".typed"}
        package = ".".join(path.relative_to(folder).parent.parts)
        if path.is_file() and not is_code and is_package_kept(package):
            yield path


def compile_module(source: bytes, shown_as: str) -> bytes:
    """Return the bytecode file of a module, without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        match node:
            case (
                ast.Module(body=body)
                | ast.ClassDef(body=body)
                | ast.FunctionDef(body=body)
                | ast.AsyncFunctionDef(body=body)
            ):
                match body:
                    case [ast.Expr(value=ast.Constant(value=str())) as docstring, *rest]:
                        node.body = rest or [ast.copy_location(ast.Pass(), docstring)]
    code = marshal.dumps(compile(tree, shown_as, "exec", dont_inherit=True, optimize=0))
    flags = UNCHECKED_HASH.to_bytes(4, "little")
    return importlib.util.MAGIC_NUMBER + flags + importlib.util.source_hash(source) + code


def write_archive(packages: Path, archive: Path) -> None:
    """Write the kept modules of the standard library and of *packages*, and the overlay.

    The archive also contains the data files of our own package.
    """
    chosen = [
        *(item for item in find_modules(STDLIB) if is_standard_kept(item[0])),
        *(item for item in find_modules(packages) if is_package_kept(item[0])),
        *find_modules(OVERLAY),
    ]
    with zipfile.ZipFile(archive, "w") as stream:
        for name, path in chosen:
            suffix = "/__init__.pyc" if path.stem == "__init__" else ".pyc"
            entry = zipfile.ZipInfo(name.replace(".", "/") + suffix, EPOCH)
            code = compile_module(path.read_bytes(), entry.filename)
            stream.writestr(entry, code, zipfile.ZIP_DEFLATED, compresslevel=9)
        for path in find_data_files(packages):
            entry = zipfile.ZipInfo(path.relative_to(packages).as_posix(), EPOCH)
            stream.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)


def copy_extensions(packages: Path, triple: str, folder: Path) -> list[Path]:
    """Copy the kept extension modules of *packages*, stripped, under their full names."""
    copies = []
    for path in sorted(packages.rglob("*.so")):
        stem = path.name.split(".")[0]
        name = ".".join((*path.relative_to(packages).parent.parts, stem))
        if is_package_kept(name):
            copies.append(folder / f"{name}.so")
            subprocess.run([f"{triple}-strip", "-o", copies[-1], path], check=True)  # noqa: S603  # the files of this build
    return copies


def run(*command: str | Path) -> str:
    """Run *command* and return its output."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  # the files of this build


def copy_libraries(binaries: Iterable[Path], triple: str, root: Path) -> list[Path]:
    """Copy the shared libraries that *binaries* need, and those that these need; the loader too.

    Returns:
        The files that were copied.
    """
    queue, seen, copied = list(binaries), set[str](), list[Path]()
    while queue:
        listing = run(f"{triple}-readelf", "--dynamic", "--program-headers", queue.pop())
        needed = re.findall(r"(?:NEEDED.*Shared library: |program interpreter: )([^\]]+)", listing)
        for name in {word.strip("[]") for word in needed} - seen:
            seen.add(name)
            if name.startswith("ld-linux"):
                continue  # the loader, which the interpreter names by its path
            source = Path(name) if name.startswith("/") else Path("/lib", triple, name)
            target = root / source.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            target.chmod(0o755)
            queue.append(source)
            copied.append(source)
    return copied


def write_dpkg_records(files: Iterable[Path], folder: Path) -> None:
    """Record the Debian packages that *files* are from, and the interpreter, for scanners."""
    architecture = ""
    for owner in {run("dpkg-query", "--search", path.resolve()).split(": ")[0] for path in files}:
        name, _, architecture = owner.partition(":")
        record = run("dpkg-query", "--show", f"--showformat={DPKG_FIELDS}", owner)
        (folder / name).write_text(record, encoding="utf-8")
    sources = run("apt-cache", "showsrc", "--only-source", f"python{VERSION}")
    version = re.search(r"^Version: (.+)$", sources, re.MULTILINE)
    assert version, sources  # noqa: S101  # the interpreter was built from it
    record = (
        f"Package: python{VERSION}\nStatus: install ok installed\nArchitecture: {architecture}\n"
        f"Version: {version[1]}\nDescription: built from Debian's source for this image\n"
    )
    (folder / f"python{VERSION}").write_text(record, encoding="utf-8")


def copy_metadata(packages: Path, folder: Path) -> None:
    """Copy the head of each kept distribution's METADATA: for version() and for scanners."""
    for path in sorted(packages.glob("*.dist-info/METADATA")):
        record = path.with_name("RECORD").read_text(encoding="utf-8")
        if PACKAGES & {re.split(r"[/.]", line)[0] for line in record.splitlines()}:
            target = folder / path.parent.name / "METADATA"
            target.parent.mkdir(parents=True)
            head, _, _ = path.read_text(encoding="utf-8").partition("\n\n")
            target.write_text(head + "\n", encoding="utf-8")


def write_command(path: Path) -> None:
    """Write the console script."""
    lines = (
        f"#!/usr/bin/python{VERSION}",
        "import sys",
        "from token_issuer.cli.main import main",
        "sys.exit(main())",
    )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o755)


def print_weights(root: Path) -> None:
    """Print the heavy files, and the sum of all."""
    sizes = {path: path.stat().st_size for path in root.rglob("*") if path.is_file()}
    for path, size in sorted(sizes.items(), key=lambda item: -item[1]):
        if size > LIGHT:
            print(f"{size:>12,}  /{path.relative_to(root)}")  # noqa: T201
    light = [size for size in sizes.values() if size <= LIGHT]
    print(f"{sum(light):>12,}  {len(light)} lighter files")  # noqa: T201
    print(f"{sum(sizes.values()):>12,}  bytes in all")  # noqa: T201


def assemble(python: Path, venv: Path, triple: str, root: Path) -> None:
    """Write everything below *root*."""
    packages = venv / "lib" / f"python{VERSION}" / "site-packages"
    for folder in ("usr/bin", EXTENSIONS, METADATA, DPKG_RECORDS):
        (root / folder).mkdir(parents=True)
    interpreter = Path(shutil.copy(python, root / f"usr/bin/python{VERSION}"))
    write_command(root / "usr/bin/token-issuer")
    extensions = copy_extensions(packages, triple, root / EXTENSIONS)
    libraries = copy_libraries([interpreter, *extensions], triple, root)
    static = Path("/usr/lib", triple, "libz.a")  # linked into the interpreter
    write_dpkg_records([*libraries, static], root / DPKG_RECORDS)
    write_archive(packages, root / ARCHIVE)
    copy_metadata(packages, root / METADATA)
    print_weights(root)


if __name__ == "__main__":
    assemble(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
