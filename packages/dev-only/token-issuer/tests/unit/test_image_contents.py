# DEV-ONLY: never ship to production.
"""The image contains the modules of the bundled packages that the issuer imports."""

import shutil
import subprocess
import sys
import zipfile
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Final

import bounded_http
import jwt_core
import proxy_guard
import pytest
import token_issuer.web.console

pytestmark = pytest.mark.requirement("OPS-1")

ASSEMBLE: Final = Path(__file__).parents[2] / "image/assemble.py"
IMPORT_ALL: Final = """
import pkgutil, sys, token_issuer
for module in pkgutil.walk_packages(token_issuer.__path__, "token_issuer."):
    if not module.name.endswith(("__main__", "pytest_plugin")):
        __import__(module.name)
print(*sys.modules)
"""

READ_DATA: Final = """
import sys

sys.path.insert(0, sys.argv[1])
import pkgutil

sys.stdout.buffer.write(pkgutil.get_data("token_issuer.web.console", "static/index.html"))
"""


@pytest.fixture(scope="module")
def assemble() -> ModuleType:
    spec = spec_from_loader("assemble", SourceFileLoader("assemble", str(ASSEMBLE)))
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("package", [bounded_http, jwt_core, proxy_guard])
def test_image_has_exactly_the_bundled_modules_that_the_issuer_imports(
    assemble: ModuleType, package: ModuleType
) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()

    for name, _ in assemble.find_modules(Path(str(package.__file__)).parents[1]):
        is_kept = assemble.is_package_kept(f"token_issuer._bundled.{name}")
        assert is_kept == (name in loaded), name


def test_archive_has_the_files_of_the_console_as_the_issuer_reads_them(
    assemble: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Check with the console alone: to compile all modules of the image would take long."""
    console = tmp_path / "packages/token_issuer/web/console"
    shutil.copytree(Path(str(token_issuer.web.console.__file__)).parent, console)
    for package in (console.parent, console.parents[1]):
        (package / "__init__.py").touch()
    omitted = console.parents[1] / "_bundled/proxy_guard/search/data/keys.json"
    omitted.parent.mkdir(parents=True)
    omitted.touch()
    archive = tmp_path / "python.zip"
    monkeypatch.setattr(assemble, "STDLIB", tmp_path / "no-standard-library")
    assemble.write_archive(tmp_path / "packages", archive)

    read = subprocess.run(
        [sys.executable, "-I", "-S", "-c", READ_DATA, archive],
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout

    with zipfile.ZipFile(archive) as stream:
        assert not [name for name in stream.namelist() if "keys.json" in name]
    assert read == (console / "static/index.html").read_bytes()


SERVE_TLS: Final = """
import sys

sys.path.insert(0, sys.argv[1])
sys.modules.update(dict.fromkeys(["_ssl", *sys.argv[2:]]))  # their import fails
import ssl
from token_issuer.remote_issuer import fetch_json
from token_issuer.testing import run_token_issuer

assert not hasattr(ssl, "OPENSSL_VERSION")
with run_token_issuer(tls=True) as issuer:
    print(fetch_json(f"{issuer.url}/health", ca_files=issuer.ca_files)["status"])
"""


@pytest.mark.requirement("GO-6")
def test_https_needs_only_what_the_image_has_of_openssl(assemble: ModuleType) -> None:
    """Check with the image's replacement of `ssl`, and without the modules that it leaves out."""
    omitted = [name for name in assemble.OMITTED_SUBPACKAGES if name.startswith("OpenSSL")]

    served = subprocess.run(
        [sys.executable, "-c", SERVE_TLS, str(assemble.OVERLAY), *omitted],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (served.stdout, served.stderr) == ("ok\n", "")
    assert omitted
