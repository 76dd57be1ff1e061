"""Registry of the planted violations."""

import py_compile
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from tests.separation.artefacts import DevKey, FileData, write

FULLWIDTH_T: Final = "\uff54"


class Plant(NamedTuple):
    """A planted violation: the check that must find it, where, and the function that builds it."""

    check: str
    where: str
    build: Callable[[Path, DevKey], object]


PLANTS: Final[dict[str, Plant]] = {}


Build = Callable[[Path, DevKey], object]


def plant(check: str, where: str) -> Callable[[Build], Build]:
    def register(build: Build) -> Build:
        name = build.__name__.replace("_", " ")
        assert name not in PLANTS
        PLANTS[name] = Plant(check, where, build)
        return build

    return register


def plant_file(name: str, check: str, path: str, content: Callable[[DevKey], FileData]) -> None:
    """Register a violation that is a single file."""
    assert name not in PLANTS
    build: Build = lambda folder, key: write(folder, {path: content(key)})  # noqa: E731
    PLANTS[name] = Plant(check, path, build)


def compile_source(folder: Path, source: str, *, name: str = "module") -> bytes:
    path = write(folder, {f"{name}.py": source}) / f"{name}.py"
    compiled = folder / f"{name}.pyc"
    py_compile.compile(str(path), str(compiled), doraise=True)
    data = compiled.read_bytes()
    path.unlink()
    compiled.unlink()
    return data
