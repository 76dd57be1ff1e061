# DEV-ONLY: never ship to production.
"""Key directories on volumes that are not POSIX file systems, with real processes.

`strace` lets the kernel refuse a system call of an unmodified process, as such a volume does. These
tests fail without it; they are marked as slow, so that `ci/test.sh` without `--all` does not need
it. Mounts and file attributes need root: these tests are skipped where the machine permits none.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest
from tests import patient_http
from tests.machine import find_command

pytestmark = pytest.mark.requirement("TI-6")
needs_strace: Final = pytest.mark.slow

RunCommand = Callable[..., subprocess.CompletedProcess[str]]
StartIssuer = Callable[..., Any]
Mount = Callable[..., None]

# As its grandchild, strace leaves the process a child of the test, which can then end it.
TRACE: Final = (
    "strace",
    "--daemonize",
    "--follow-forks",
    "--seccomp-bpf",
    "--quiet=all",
    "--output=/dev/null",
)


def refuse(*calls: str, path: Path | None = None) -> tuple[str, ...]:
    """Return a command prefix that refuses system calls, such as `flock:error=ENOLCK`.

    The coverage of the command is not measured, because coverage.py makes system calls, too.
    """
    find_command("strace", "ci/engine.sh install strace")
    measuring = [f"--unset={name}" for name in os.environ if name.startswith("COVERAGE")]
    traced = ",".join(call.partition(":")[0] for call in calls)
    wrapper = ["env", *measuring, *TRACE, f"--trace={traced}", *(f"--inject={c}" for c in calls)]
    return (*wrapper, f"--trace-path={path}") if path else tuple(wrapper)


@pytest.fixture
def mount(keys_dir: Path) -> Iterator[Mount]:
    """Return a function that mounts a volume as key directory."""
    keys_dir.mkdir()
    mounted: list[Path] = []

    def mount_volume(*options: str) -> None:
        result = subprocess.run(
            ["mount", *options, str(keys_dir)], capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            pytest.skip(f"this machine permits no mounts: {result.stderr.strip()}")
        mounted.append(keys_dir)

    yield mount_volume
    for path in mounted:
        subprocess.run(["umount", str(path)], check=True)


def read_warnings(result: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in result.stderr.splitlines() if line]


@needs_strace
@pytest.mark.parametrize(
    ("calls", "warning"),
    [
        (["fsync:error=EINVAL"], "cannot be synchronised to disk (fsync: Invalid argument)"),
        (["fchmod:error=EPERM"], "does not permit chmod (Operation not permitted)"),
        (["flock:error=ENOLCK"], "has no locks (flock: No locks available)"),
        (["flock:error=EOPNOTSUPP"], "has no locks (flock: Operation not supported)"),
        (["link:error=EPERM", "linkat:error=EPERM"], None),
    ],
)
def test_volume_that_refuses_a_call_is_usable_with_one_warning(
    run_command: RunCommand, keys_dir: Path, calls: list[str], warning: str | None
) -> None:
    wrapper = refuse(*calls)

    results = [
        run_command("make-keys", str(keys_dir), wrapper=wrapper),
        run_command("keys", "rotate", "--keys-dir", str(keys_dir), wrapper=wrapper),
        run_command("make-token", "--keys-dir", str(keys_dir)),
    ]

    assert [result.returncode for result in results] == [0, 0, 0], results
    assert sorted(path.name for path in keys_dir.iterdir()) == [
        "private.pem", "public.pem", "ring.json"
    ]  # fmt: skip
    warnings = read_warnings(results[0])
    assert len(warnings) == (warning is not None)
    assert all(str(keys_dir) in line and str(warning) in line for line in warnings)


@needs_strace
def test_volume_that_cannot_synchronise_directories_serves_its_key(
    start_issuer: StartIssuer, keys_dir: Path
) -> None:
    keys_dir.mkdir(mode=0o700)
    wrapper = refuse("fsync:error=EINVAL", path=keys_dir)

    issuer = start_issuer("--keys-dir", str(keys_dir), wrapper=wrapper)

    assert patient_http.post(f"{issuer.url}/token").status_code == 200


@needs_strace
@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("fsync:error=EIO", "input/output error of the volume"),
        ("fsync:error=ENOSPC", "no space left on the volume; free some"),
        ("fsync:error=EDQUOT", "the disk quota is used up; free some space"),
        ("rename:error=EPERM", "permission denied for user id"),
        ("rename:error=EROFS", "is on a read-only file system"),
        ("rename:error=EEXIST", "an existing file cannot be replaced"),
        ("rename:error=EIO", "input/output error of the volume"),
    ],
)
def test_failed_rotation_keeps_the_old_key_and_leaves_no_half_written_file(
    run_command: RunCommand, filled_dir: Path, call: str, message: str
) -> None:
    before = {path.name: path.read_bytes() for path in filled_dir.iterdir()}

    result = run_command("keys", "rotate", "--keys-dir", str(filled_dir), wrapper=refuse(call))

    assert {path.name: path.read_bytes() for path in filled_dir.iterdir()} == before
    assert result.returncode == 1
    assert result.stderr.startswith(f"token-issuer: {filled_dir}/ring.json: {message}")
    assert len(result.stderr.splitlines()) == 1


def test_write_that_stops_half_way_keeps_the_old_key_and_leaves_no_file(
    run_command: RunCommand, filled_dir: Path
) -> None:
    before = {path.name: path.read_bytes() for path in filled_dir.iterdir()}
    limit = (find_command("prlimit", "install util-linux"), "--fsize=1024")

    # Python would cut its bytecode off at the limit, too, and the next process could not read it.
    result = run_command(
        *("keys", "rotate", "--keys-dir", str(filled_dir)),
        wrapper=limit,
        PYTHONDONTWRITEBYTECODE="1",
    )

    assert {path.name: path.read_bytes() for path in filled_dir.iterdir()} == before
    assert result.returncode == 1
    assert f"{filled_dir}/ring.json: larger than the process or the volume permits" in result.stderr


@needs_strace
def test_issuers_that_start_at_once_without_locks_serve_the_same_key(
    start_issuer: StartIssuer, keys_dir: Path
) -> None:
    wrapper = refuse("flock:error=ENOLCK")
    arguments = ("--keys-dir", str(keys_dir))
    with ThreadPoolExecutor(3) as pool:
        issuers = list(pool.map(lambda _: start_issuer(*arguments, wrapper=wrapper), range(3)))

    documents = {patient_http.get(f"{issuer.url}/certs").text for issuer in issuers}

    assert len(documents) == 1
    assert sorted(path.name for path in keys_dir.iterdir()) == ["private.pem", "public.pem"]


@pytest.mark.parametrize(
    "command", ["serve", "make-keys", "make-token", "keys list", "keys rotate"]
)
@pytest.mark.parametrize("name", ["private.pem", "ring.json"])
def test_no_command_waits_for_a_fifo(
    call_command: RunCommand, filled_dir: Path, command: str, name: str
) -> None:
    (filled_dir / name).unlink(missing_ok=True)
    os.mkfifo(filled_dir / name)
    option = [] if command == "make-keys" else ["--keys-dir"]

    result = call_command(*command.split(), *option, str(filled_dir))

    assert result.returncode == 2
    assert f"token-issuer: {filled_dir}/{name}: is a FIFO (named pipe)" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_env_and_profile_files_are_not_waited_for(call_command: RunCommand, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    from_option = call_command("make-token", "--env-file", str(pipe))
    from_variable = call_command("make-token", TOKEN_ISSUER_PROFILES=str(pipe))

    for result in (from_option, from_variable):
        assert result.returncode == 2
        assert str(pipe) in result.stderr
        assert "cannot be read: a FIFO (named pipe), not a file; expected a " in result.stderr


def test_full_volume_is_an_error_and_is_usable_once_it_has_room(
    run_command: RunCommand, keys_dir: Path, mount: Mount
) -> None:
    mount("-t", "tmpfs", "-o", "size=16k,mode=0700", "tmpfs")
    ballast = keys_dir / "ballast"
    ballast.write_bytes(b"x" * 16384)

    full = run_command("make-keys", str(keys_dir))
    left = [path.name for path in keys_dir.iterdir()]
    ballast.unlink()
    after = run_command("make-keys", str(keys_dir))

    assert full.returncode == 1
    assert f"{keys_dir}/private.pem: no space left on the volume; free some" in full.stderr
    assert left == ["ballast"]
    assert (after.returncode, after.stderr) == (0, "")


def test_full_volume_keeps_the_private_key_without_its_public_one(
    run_command: RunCommand, keys_dir: Path, mount: Mount
) -> None:
    mount("-t", "tmpfs", "-o", "size=8k,mode=0700", "tmpfs")
    (keys_dir / "ballast").write_bytes(b"x" * 4096)

    result = run_command("make-keys", str(keys_dir))

    assert result.returncode == 0
    assert "public.pem is not written: " in result.stderr
    assert sorted(path.name for path in keys_dir.iterdir()) == ["ballast", "private.pem"]


@pytest.mark.parametrize("has_keys", [True, False])
def test_read_only_volume_is_usable_if_it_holds_keys(
    run_command: RunCommand, filled_dir: Path, tmp_path: Path, *, has_keys: bool
) -> None:
    volume = tmp_path / "volume"
    filled_dir.rename(volume)
    if not has_keys:
        for path in volume.iterdir():
            path.unlink()
    filled_dir.mkdir()
    options = ["mount", "--bind", str(volume), str(filled_dir)]
    if subprocess.run(options, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine permits no mounts")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(filled_dir)], check=True)
        result = run_command("make-keys", str(filled_dir))
    finally:
        subprocess.run(["umount", str(filled_dir)], check=True)

    if has_keys:
        assert (result.returncode, result.stderr) == (0, "")
    else:
        assert result.returncode == 1
        assert "private.pem: is on a read-only file system" in result.stderr


def test_immutable_directory_is_an_error_that_names_its_attributes(
    run_command: RunCommand, filled_dir: Path
) -> None:
    change = shutil.which("chattr")
    if (
        change is None
        or subprocess.run(
            [change, "+i", str(filled_dir)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("this machine permits no immutable files")
    try:
        used = run_command("make-keys", str(filled_dir))
        rotated = run_command("keys", "rotate", "--keys-dir", str(filled_dir))
    finally:
        subprocess.run([change, "-i", str(filled_dir)], check=True)

    assert used.returncode == 0
    assert rotated.returncode == 1
    assert "check owner, permissions and file attributes (lsattr)" in rotated.stderr
