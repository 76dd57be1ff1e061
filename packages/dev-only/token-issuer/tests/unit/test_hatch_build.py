# DEV-ONLY: never ship to production.
"""The built distributions name and need no other package of this repository."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Final

import cryptography
import pytest
from hatchling import build

pytestmark = pytest.mark.requirement("SEP-6")

PROJECT: Final = Path(__file__).parents[2]
PACKAGES: Final = PROJECT.parents[1]
IMPORT_ALL: Final = """
import pkgutil, sys
sys.path[:0] = sys.argv[1:]
import token_issuer
for module in pkgutil.walk_packages(token_issuer.__path__, "token_issuer."):
    if not module.name.endswith("__main__") and ".jwt_core.remote" not in module.name:
        __import__(module.name)
from token_issuer import run_token_issuer
from token_issuer.web.console.files import read_file
with run_token_issuer() as issuer:
    assert issuer.mint(sub="alice").count(".") == 2
assert b"DEV-ONLY" in read_file("index.html")
assert sys.modules["token_issuer"].__file__.startswith(sys.argv[1]), sys.path
siblings = {"bounded_http", "jwt_core", "proxy_guard"}
print(*sorted({name.partition(".")[0] for name in sys.modules} & siblings))
"""


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = spec_from_loader(
        "hatch_build", SourceFileLoader("hatch_build", str(PROJECT / "hatch_build.py"))
    )
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_backend(make: Callable[[str], str], project: Path, target: Path) -> Path:
    """Build a distribution of *project* into *target*, and return its path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        return target / make(str(target))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_backend(build.build_wheel, PROJECT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked_sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    sdist = run_backend(build.build_sdist, PROJECT, folder)
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / sdist.name.removesuffix(".tar.gz")


def read_requirements(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        return re.findall(r"^Requires-Dist: ([\w-]+)", archive.read(name).decode(), re.MULTILINE)


def test_wheel_requires_what_it_bundles_needs_and_names_no_sibling(wheel: Path) -> None:
    required = set(read_requirements(wheel))

    for name in ("bounded-http", "jwt-core", "proxy-guard"):
        manifest = tomllib.loads((PACKAGES / name / "pyproject.toml").read_text(encoding="utf-8"))
        assert required >= {
            re.split(r"[^\w-]", line)[0] for line in manifest["project"]["dependencies"]
        }
        assert name not in required


def test_wheel_has_no_module_outside_of_the_issuer(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}

    assert tops == {"token_issuer", f"{wheel.name.removesuffix('-py3-none-any.whl')}.dist-info"}


def test_wheel_runs_without_its_siblings(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)  # noqa: S202  # our own wheel
    libraries = Path(cryptography.__file__).parents[1]

    outcome = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT_ALL, str(tmp_path), str(libraries)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert outcome.stderr == ""
    assert outcome.stdout == "\n"  # neither name is imported


def test_wheel_from_the_sdist_is_the_same(
    wheel: Path, unpacked_sdist: Path, tmp_path: Path
) -> None:
    again = run_backend(build.build_wheel, unpacked_sdist, tmp_path)

    assert again.read_bytes() == wheel.read_bytes()


def test_list_of_marks_is_bundled_unchanged(wheel: Path) -> None:
    marks = "proxy_guard/dev_marks.py"
    with zipfile.ZipFile(wheel) as archive:
        bundled = archive.read(f"token_issuer/_bundled/{marks}")

    assert bundled == (PACKAGES / "proxy-guard/src" / marks).read_bytes()


def test_editable_wheel_puts_the_sources_on_the_path(tmp_path: Path) -> None:
    wheel = run_backend(build.build_editable, PROJECT, tmp_path)

    with zipfile.ZipFile(wheel) as archive:
        (lines,) = (archive.read(name) for name in archive.namelist() if name.endswith(".pth"))
    folders = map(Path, lines.decode().splitlines())
    on_path = {path.name for folder in folders for path in folder.iterdir()}
    assert on_path >= {"jwt_core", "proxy_guard", "token_issuer"}


@pytest.mark.parametrize("make", [build.build_wheel, build.build_sdist, build.build_editable])
def test_folder_alone_cannot_be_built(make: Callable[[str], str], tmp_path: Path) -> None:
    folder = tmp_path / "a/b/token-issuer"
    for name in ("pyproject.toml", "README.md", "hatch_build.py"):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder)

    with pytest.raises(
        FileNotFoundError, match=r"a/bounded-http/src: no such folder\. .*`pip wheel`"
    ):
        run_backend(make, folder, tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "from {}jwt_core import sign",
        "from {}jwt_core.jwk import (\n    x,\n)",
        "if x:\n    from {}jwt_core import y",
    ],
)
def test_import_from_a_sibling_is_redirected(hook: ModuleType, line: str) -> None:
    redirected = hook.redirect_imports(line.format(""), ["jwt_core"], "module.py")

    assert redirected == line.format("token_issuer._bundled.")


@pytest.mark.parametrize(
    "line",
    [
        "from jwt_core_tools import x",
        "import jwt\nfrom jwt import x",
        "x = '''\n>>> from jwt_core import y'''",
        "from . import jwt_core",
    ],
)
def test_other_line_is_unchanged(hook: ModuleType, line: str) -> None:
    assert hook.redirect_imports(line, ["jwt_core"], "module.py") == line


@pytest.mark.parametrize(
    "line",
    [
        "import jwt_core",
        "import jwt_core.jwk as jwk",
        "import os, jwt_core",
        "x = 1; from jwt_core import y",
        "from  jwt_core import y",
        "if x: import jwt_core",
    ],
)
def test_import_that_cannot_be_redirected_stops_the_build(hook: ModuleType, line: str) -> None:
    with pytest.raises(ValueError, match=r"module\.py, line 2: .*expected a line that starts with"):
        hook.redirect_imports(f"\n{line}\n", ["jwt_core"], "module.py")
