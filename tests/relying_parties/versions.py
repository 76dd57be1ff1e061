"""The installed versions of the packages of a relying party."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.login_clients.compiled import GO_BUILT, SPRING
from tests.login_clients.scripts import NODE, PYTHON
from tests.machine import run
from tests.verifiers.installing import (
    read_debian_version,
    read_node_version,
    read_python_versions,
)

INTERPRETER: Final = PYTHON / ".venv/bin/python"


def read_node(*names: str) -> Mapping[str, str]:
    """Return the versions of packages from npm."""
    return {name: read_node_version(NODE, name) for name in names}


def read_python(*names: str) -> Mapping[str, str]:
    """Return the versions of packages from PyPI."""
    return read_python_versions(str(INTERPRETER), names)


def read_go(program: str, *modules: str) -> Mapping[str, str]:
    """Return the versions of modules in a Go program, by the last part of their names."""
    listing = run("go", "version", "-m", GO_BUILT / program)
    found = dict(re.findall(r"^\t(?:mod|dep)\t(\S+)\t(\S+)", listing, re.MULTILINE))
    return {module.removesuffix("/v7").removesuffix("/v3"): found[module] for module in modules}


def read_jars(*names: str) -> Mapping[str, str]:
    """Return the versions of packages from Maven Central."""
    return {name: find_jar(name).stem.removeprefix(f"{name}-") for name in names}


def find_jar(name: str) -> Path:
    (jar,) = (SPRING / "dependency").glob(f"{name}-[0-9]*.jar")
    return jar


def read_debian(*names: str) -> Mapping[str, str]:
    """Return the versions of unpacked packages of Debian."""
    return {name: read_debian_version(name) for name in names}
