"""What the scan takes from the sources of a checkout.

`python -m separation.sources FOLDER` writes it to files, which the single-file form of the scan
contains instead of the sources.
"""

import ast
import hashlib
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from separation.runs import Run, join_runs, list_runs

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = ROOT / "uv.lock"
GUARD_SOURCE: Final = ROOT / "packages/proxy-guard/src"
SIMULATOR_SOURCE: Final = ROOT / "packages/dev-only/token-issuer/src"
_PRODUCTION_SOURCES: Final = (
    GUARD_SOURCE,
    ROOT / "packages/bounded-http/src",
    ROOT / "packages/jwt-core/src",
    ROOT / "examples/proxy/src",
)
_MODULE: Final = "token_issuer"
_LIBRARY_GROUP: Final = "scan"

_WEB_PAGE: Final = re.compile(rb"<html\b|\bcolor:")
_STRING: Final = rb'"(?:[^"\\\n]|\\.)*+"' + rb"|'(?:[^'\\\n]|\\.)*+'"
_PROSE: Final = {
    suffix: re.compile(pattern, re.DOTALL)
    for suffix, pattern in {
        ".py": rb"#[^\n]*"
        rb'|"""(?:[^"\\]|\\.|"(?!""))*+"""'
        rb"|'''(?:[^'\\]|\\.|'(?!''))*+'''|" + _STRING,
        ".js": rb"//[^\n]*|/\*.*?\*/|`(?:[^`\\]|\\.)*+`|" + _STRING,
        ".css": rb"/\*.*?\*/",
        ".html": rb"<!--.*?-->|(?<=>)[^<>]+|" + _STRING,
    }.items()
}
"""Comments, strings and the text of a page, by the suffix of the file. `tokenize` finds the same
ones in Python and takes five times as long."""

_PUBLIC_NAME: Final = re.compile(rb"\b(?:urn:|https?://)[^\s\"'<>`]+")
"""URIs of standards and their pages, which every implementation of a protocol contains."""


def list_prose() -> Iterator[str]:
    """Yield the prose of the simulator whose word runs no production source contains."""
    production = {run for folder in _PRODUCTION_SOURCES for run in _list_prose_runs(folder)}
    runs = dict.fromkeys(_list_prose_runs(SIMULATOR_SOURCE))
    return join_runs(run for run in runs if run not in production)


def _list_prose_runs(folder: Path) -> Iterator[Run]:
    for path in sorted(folder.rglob("*.*")):
        prose = _PROSE.get(path.suffix)
        for text in prose.findall(path.read_bytes()) if prose else ():
            if not _WEB_PAGE.search(text):
                yield from list_runs(_PUBLIC_NAME.sub(b" ", text))


def list_modules() -> Iterator[str]:
    """Yield the first two names of each module and package inside a package of the simulator."""
    folder = SIMULATOR_SOURCE / _MODULE
    pairs = {path.relative_to(folder).with_suffix("").parts[:2] for path in folder.rglob("*.py")}
    return (".".join(pair) for pair in sorted(pairs) if len(pair) > 1 and pair[1] != "__init__")


def list_variables() -> Iterator[str]:
    """Yield the environment variables that the simulator declares: fields that call `setting`."""
    source = SIMULATOR_SOURCE / _MODULE / "config/settings.py"
    for node in ast.walk(ast.parse(source.read_bytes())):
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name)
            and node.value.func.id == "setting"
            and all(keyword.arg != "variable" for keyword in node.value.keywords)
        ):
            yield f"{_MODULE}_{node.target.id}".upper()


def list_libraries() -> Iterator[str]:
    """Yield the locked libraries of the dependency group `scan`, as requirements with hashes."""
    lock = tomllib.loads(LOCK.read_text(encoding="utf-8"))
    packages = {package["name"]: package for package in lock["package"]}
    for wanted in lock["manifest"]["dependency-groups"][_LIBRARY_GROUP]:
        yield _format_requirement(packages[wanted["name"]], wanted.get("marker"))


def _format_requirement(package: Mapping[str, Any], marker: str | None) -> str:
    if package.get("dependencies"):
        message = f"{package['name']} has dependencies, which this list would leave out"
        raise ValueError(message)
    condition = f" ; {marker}" if marker else ""
    hashes = "".join(f" --hash={wheel['hash']}" for wheel in package["wheels"])
    return f"{package['name']}=={package['version']}{condition}{hashes}"


def compute_digest() -> Iterator[str]:
    """Yield the digest of the program and of what it knows of the simulator."""
    digest = hashlib.sha256()
    sources = [*(ROOT / "ci/separation").rglob("*.py"), *GUARD_SOURCE.rglob("*.py")]
    for source in (ROOT / "ci/check-separation", *sorted(sources)):
        digest.update(source.read_bytes())
    for line in (*list_prose(), *list_modules(), *list_variables()):
        digest.update(line.encode())
    yield f"sha256:{digest.hexdigest()}"


PARTS: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "prose": list_prose,
    "modules": list_modules,
    "variables": list_variables,
    "libraries": list_libraries,
    "digest": compute_digest,
}
"""The parts by name. Each is a sequence of lines."""


def write(folder: Path) -> None:
    """Write each part to a file in *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, compute in PARTS.items():
        text = "".join(f"{line}\n" for line in compute())
        (folder / f"{name}.txt").write_text(text, encoding="ascii")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
