# DEV-ONLY: never ship to production.
"""The image holds what the issuer imports of the packages that its wheel bundles."""

import ast
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest
import token_issuer

pytestmark = pytest.mark.requirement("OPS-1")

ASSEMBLE: Final = Path(__file__).parents[2] / "image/assemble.py"
BUNDLED: Final = "token_issuer._bundled"


@pytest.fixture(scope="module")
def assemble() -> ModuleType:
    spec = spec_from_loader("assemble", SourceFileLoader("assemble", str(ASSEMBLE)))
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_image_has_each_bundled_module_that_the_issuer_imports(assemble: ModuleType) -> None:
    imported = {
        str(node.module)
        for path in Path(token_issuer.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom)
    }
    bundled = {
        name for name in imported if name.startswith(("bounded_http", "jwt_core", "proxy_guard"))
    }

    assert {
        "bounded_http.protocol",
        "jwt_core",
        "proxy_guard.dev_marks",
        "proxy_guard.environment",
    } <= bundled
    assert all(assemble.is_package_kept(f"{BUNDLED}.{name}") for name in bundled)


@pytest.mark.parametrize("name", ["jwt_core.remote.client", "proxy_guard.cli"])
def test_image_has_no_bundled_module_that_the_issuer_does_not_need(
    assemble: ModuleType, name: str
) -> None:
    assert not assemble.is_package_kept(f"{BUNDLED}.{name}")
