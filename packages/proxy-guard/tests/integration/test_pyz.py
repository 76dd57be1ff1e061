"""The guard as a single file, built by its script and run by a Python without packages."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.requirement("PG-4")

ROOT: Final = Path(__file__).resolve().parents[4]
LEAKED_KEY: Final = (
    '{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'  # RFC 8037
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build in a copy, so that `dist` of the repository is not changed."""
    copy = tmp_path_factory.mktemp("copy")
    build(copy)
    return copy / "dist/proxy-guard.pyz"


def build(copy: Path) -> None:
    for name in ("ci", "packages/proxy-guard/src", "packages/proxy-guard/pyproject.toml"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-R", ROOT / name, copy / name], check=True, timeout=60)
    subprocess.run([copy / "ci/build-guard-pyz.sh"], check=True, capture_output=True, timeout=60)


def run(archive: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", archive, *arguments],
        env=environ,
        cwd=archive.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_python_without_packages_runs_it(archive: Path) -> None:
    assert run(archive, "--help").stdout.startswith("usage: proxy-guard")
    assert "REFUSED" in run(archive, "check", JWT_JWKS_URI="http://token-issuer:8081/").stdout
    assert run(archive, "exec", "--", "echo", "started", APP_ENV="qa").stdout == "started\n"


def test_version_is_that_of_the_package(archive: Path) -> None:
    expected = version("proxy-guard")  # of the installed package
    shown = run(archive, "--version")

    assert (shown.returncode, shown.stdout) == (0, f"proxy-guard {expected}\n")


def test_data_file_is_read_from_the_archive(archive: Path) -> None:
    refused = run(archive, "check", JWT_PUBLIC_KEY=LEAKED_KEY)

    assert refused.returncode == 1
    assert "RFC 8037 Appendix A.1" in refused.stdout


def test_probe_works_from_the_archive(archive: Path) -> None:
    report = run(archive, "check", JWT_JWKS_URI="http://no-such-host.invalid/")

    assert report.returncode == 0
    assert "probe: failed (its host name cannot be resolved)" in report.stdout


def test_archive_is_executable_and_has_no_bytecode(archive: Path) -> None:
    assert archive.read_bytes().startswith(b"#!/usr/bin/env python3\n")
    assert os.access(archive, os.X_OK)
    assert b"__pycache__" not in archive.read_bytes()


def test_same_sources_give_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / "packages/proxy-guard/src/proxy_guard/cli.py").touch()
    neighbour = tmp_path / "dist/another.whl"
    neighbour.touch()

    build(tmp_path)

    assert (tmp_path / "dist/proxy-guard.pyz").read_bytes() == archive.read_bytes()
    assert neighbour.exists(), "only its own file is replaced"
