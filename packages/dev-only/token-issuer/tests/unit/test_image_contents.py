# DEV-ONLY: never ship to production.
"""The image holds the modules of the guard that the issuer imports, and those that they import."""

import ast
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Final

import proxy_guard
import pytest
import token_issuer

pytestmark = pytest.mark.requirement("OPS-1")

ASSEMBLE: Final = Path(__file__).parents[2] / "image/assemble.py"
LIST_LOADED: Final = """
import sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    __import__(name)
print(*(name for name in sys.modules if name.partition(".")[0] == "proxy_guard"))
"""


@pytest.fixture(scope="module")
def assemble() -> ModuleType:
    spec = spec_from_loader("assemble", SourceFileLoader("assemble", str(ASSEMBLE)))
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_kept_modules_of_the_guard_are_those_that_an_import_loads(assemble: ModuleType) -> None:
    folder = Path(proxy_guard.__file__).parents[1]
    names = sorted(assemble.MODULES)

    loaded = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LIST_LOADED, str(folder), *names],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout.split()  # fmt: skip

    assert assemble.find_loaded(names, folder) == set(loaded)
    assert "proxy_guard.cli" not in loaded


def test_issuer_imports_no_other_module_of_the_guard(assemble: ModuleType) -> None:
    imported = {
        node.module
        for path in Path(token_issuer.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("proxy_guard")
    }

    assert imported == assemble.MODULES
