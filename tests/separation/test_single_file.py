"""`check-separation.pyz`: the scan as one file, without a checkout."""

import os
import pwd
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import pytest
from separation import knowledge, launcher

from tests.once import make_once
from tests.separation.artefacts import ROOT, SIMULATOR, DevKey, check_separation, write
from tests.separation.plants import PLANTS
from tests.services import read_clean_environ

pytestmark = pytest.mark.requirement("OPS-7")

SOURCES: Final = (
    *("ci", "uv.lock", "examples/proxy/src", "packages/bounded-http/src", "packages/jwt-core/src"),
    *("packages/proxy-guard/src", "packages/dev-only/token-issuer/src"),
)
SAMPLE: Final = [name for name in PLANTS if not name.startswith("bomb")][::5]
"""A fifth of the plants that take little time. `test_planted.py` scans all in the checkout."""


def build(copy: Path) -> None:
    """Build in a copy, so that `dist` of the repository is not changed."""
    for name in SOURCES:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-R", ROOT / name, copy / name], check=True, timeout=60)
    subprocess.run(
        [copy / "ci/build-separation-pyz.sh"], check=True, capture_output=True, timeout=110
    )


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file; what it was built from is gone."""
    return make_once(tmp_path_factory, "separation-pyz", build_alone) / "check-separation.pyz"


def build_alone(folder: Path) -> None:
    copy = folder / "copy"
    build(copy)
    (copy / "dist/check-separation.pyz").rename(folder / "check-separation.pyz")
    subprocess.run(["rm", "-r", copy], check=True, timeout=60)


def run(
    program: Path,
    *arguments: str | Path,
    python: tuple[str, ...] = (sys.executable,),
    **environ: str,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*python, program, *arguments],
        env=read_clean_environ() | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


def test_planted_violations_are_found_as_in_a_checkout(
    program: Path, tmp_path: Path, dev_key: DevKey
) -> None:
    for number, name in enumerate(SAMPLE):
        folder = tmp_path / "dist" / str(number)
        folder.mkdir(parents=True)
        PLANTS[name].build(folder, dev_key)

    alone = run(program, "--json", tmp_path / "dist")
    in_checkout = check_separation("--json", tmp_path / "dist")

    assert alone.stdout == in_checkout.stdout
    assert (alone.returncode, alone.stderr) == (in_checkout.returncode, "")
    assert alone.stdout.count('"check": ') > 20


def test_renamed_code_and_own_file_of_the_guard_are_told_apart(
    program: Path, tmp_path: Path
) -> None:
    code = (
        (SIMULATOR / "config/settings.py")
        .read_text(encoding="utf-8")
        .partition("\n")[2]
        .replace("token_issuer", "ghost")
    )
    marks = "proxy_guard/dev_marks.py"
    guard = (ROOT / "packages/proxy-guard/src" / marks).read_bytes()

    renamed = run(program, write(tmp_path / "a", {"ghost.py": code}))
    allowed = run(program, write(tmp_path / "b", {marks: guard}))

    assert "contains code of the simulator" in renamed.stdout
    assert (allowed.returncode, allowed.stderr) == (0, "")


def test_certificates_of_both_forms_are_interchangeable(program: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "dist", {"a.txt": "a service"})
    theirs, ours = tmp_path / "theirs.json", tmp_path / "ours.json"

    run(program, "--certificate", theirs, folder)
    check_separation("--certificate", ours, folder)

    assert check_separation("--verify", theirs).returncode == 0
    assert run(program, "--verify", ours).returncode == 0
    digests = [
        line for path in (theirs, ours) for line in path.read_text().splitlines()
        if '"check-separation"' in line
    ]  # fmt: skip
    assert len(set(digests)) == 1, "both are the same program"


@pytest.mark.parametrize("name", ["pip", "uv"])
def test_missing_libraries_are_installed_once_and_then_need_no_network(
    name: str, program: Path, tmp_path: Path
) -> None:
    """With pip, and without: `-S` hides all packages of this Python."""
    base = str(getattr(sys, "_base_executable", sys.executable))
    folder = write(tmp_path / "dist", {"a.txt": "a service"})
    uv_cache = read_clean_environ().get("UV_CACHE_DIR", str(Path("~/.cache/uv").expanduser()))
    environ = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "UV_CACHE_DIR": uv_cache}
    python = (base, "-S") if name == "uv" else make_venv(tmp_path / "venv", base)

    first = run(program, folder, python=python, **environ)
    second = run(program, folder, python=python, **environ, **OFFLINE)

    assert (first.returncode, first.stderr) == (0, "")
    assert (second.returncode, second.stderr) == (0, "")
    (cached,) = (tmp_path / "cache/check-separation").glob("*/yaml")
    assert cached.is_dir()


OFFLINE: Final = {
    "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "",
    "PIP_RETRIES": "0", "UV_OFFLINE": "1",
}  # fmt: skip


def make_venv(folder: Path, base: str) -> tuple[str, ...]:
    command = [str(ROOT / "ci/uv"), "venv", "--quiet", "--seed", "--python", base, str(folder)]
    subprocess.run(command, check=True, timeout=110)
    return (str(folder / "bin/python"),)


def test_missing_libraries_without_network_exit_2_with_the_remedy(
    program: Path, tmp_path: Path
) -> None:
    base = str(getattr(sys, "_base_executable", sys.executable))
    folder = write(tmp_path / "dist", {"a.txt": "the token-issuer"})
    caches = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "UV_CACHE_DIR": str(tmp_path / "uv")}

    outcome = run(program, folder, python=(base, "-S"), **caches, **OFFLINE)

    assert outcome.returncode == 2
    assert outcome.stdout == "", "there is no verdict of a weaker scan"
    assert "brotli" in outcome.stderr
    assert "run it once with access to PyPI" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_cache_that_cannot_be_written_exits_2(program: Path, tmp_path: Path) -> None:
    base = str(getattr(sys, "_base_executable", sys.executable))
    write(tmp_path, {"file": ""})

    outcome = run(program, tmp_path, python=(base, "-S"), XDG_CACHE_HOME=str(tmp_path / "file"))

    assert outcome.returncode == 2
    assert str(tmp_path / "file/check-separation") in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_user_without_a_home_is_told_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A container may run as a user ID that has no entry in /etc/passwd."""

    def find_no_user(_: int) -> None:
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", find_no_user)
    monkeypatch.setattr(knowledge, "IS_EMBEDDED", True)
    monkeypatch.setattr(knowledge, "read", lambda _: ("missing==1.0 --hash=sha256:" + "0" * 64,))

    assert launcher.main() == 2
    assert "set XDG_CACHE_HOME to a directory" in capsys.readouterr().err


def test_same_sources_give_the_same_bytes(program: Path, tmp_path: Path) -> None:
    build(tmp_path)

    assert (tmp_path / "dist/check-separation.pyz").read_bytes() == program.read_bytes()
    assert program.read_bytes().startswith(b"#!/usr/bin/env python3\n")
    assert os.access(program, os.X_OK)
    with zipfile.ZipFile(program) as archive:
        assert not [name for name in archive.namelist() if "token_issuer" in name]
