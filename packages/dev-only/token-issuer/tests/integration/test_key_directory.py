# DEV-ONLY: never ship to production.
"""The key directory under races, crashes and lacking permissions, with real processes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

RunCommand = Callable[..., subprocess.CompletedProcess[str]]
CountStates = Callable[[str, Path], dict[str, int]]

# Forks a first start per round and kills it. Two key pairs take turns, so that a private key of one
# and a public key of the other would be noticed; that the keys exist already moves the kills into
# the few milliseconds of writing.
KILLER = """
import json, os, random, signal, sys, time
from pathlib import Path
from jwt_core import encode_private_pem, encode_public_pem
from token_issuer.keydir import open_key_directory
from token_issuer.watermark import generate_marked_key

keys = [generate_marked_key(), generate_marked_key()]
base, rounds = Path(sys.argv[1]), int(sys.argv[2])
started = time.perf_counter()
open_key_directory(base / "measured", generate=lambda: keys[0])
longest = (time.perf_counter() - started) * 1.2
states = {}
for number in range(rounds):
    directory = base / str(number)
    child = os.fork()
    if child == 0:
        try:
            open_key_directory(directory, generate=lambda: keys[number % 2])
        finally:
            os._exit(0)
    # Half of the kills come early, where private.pem is being written.
    time.sleep(random.uniform(0, longest) * random.choice((0.15, 1)))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    names = sorted(path.name for path in directory.iterdir()) if directory.exists() else ["absent"]
    visible = [name for name in names if not name.startswith(".")]
    for name in set(visible) - {"absent"}:
        data = (directory / name).read_bytes()
        encode = encode_private_pem if name == "private.pem" else encode_public_pem
        assert data == encode(keys[number % 2]), name
    assert visible != ["public.pem"]
    state = " ".join(visible) + (" +leftover" if len(names) > len(visible) else "")
    states[state] = states.get(state, 0) + 1
    # The next start offers the other key: it must keep what is there, or make a whole new pair.
    key = open_key_directory(directory, generate=lambda: keys[(number + 1) % 2])
    was_there = "private.pem" in visible
    assert key.verification_key == keys[(number + (not was_there)) % 2].verification_key
    assert sorted(path.name for path in directory.iterdir()) == ["private.pem", "public.pem"]
print(json.dumps(states))
"""


@pytest.mark.requirement("TI-6")
def test_kill_at_any_moment_of_first_start_leaves_a_sound_directory(
    tmp_path: Path, count_states: CountStates
) -> None:
    states = count_states(KILLER, tmp_path)

    assert len(states) > 1, "the kills all came at the same moment"


@pytest.mark.requirement("TI-6")
def test_killed_command_leaves_a_sound_directory(
    run_command: RunCommand, keys_dir: Path, clean_environ: dict[str, str]
) -> None:
    for delay_s in (0.1, 0.25, 0.4, 0.55):
        process = subprocess.Popen(
            [sys.executable, "-m", "token_issuer", "make-keys", str(keys_dir)],
            env=clean_environ,
            stdout=subprocess.DEVNULL,
        )
        try:
            process.wait(timeout=delay_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    assert run_command("make-keys", str(keys_dir)).returncode == 0
    assert sorted(path.name for path in keys_dir.iterdir()) == ["private.pem", "public.pem"]


@pytest.mark.requirement("TI-6")
def test_ten_processes_on_one_empty_directory_serve_the_same_key(
    start_issuer: Callable[..., Any], keys_dir: Path
) -> None:
    with ThreadPoolExecutor(10) as pool:
        issuers = list(pool.map(lambda _: start_issuer("--keys-dir", str(keys_dir)), range(10)))
    moduli = {httpx.get(f"{issuer.url}/certs").json()["keys"][0]["n"] for issuer in issuers}

    assert len(moduli) == 1
    assert sorted(path.name for path in keys_dir.iterdir()) == ["private.pem", "public.pem"]


@pytest.fixture
def make_read_only(keys_dir: Path) -> Iterator[Callable[[], None]]:
    yield lambda: keys_dir.chmod(0o500)
    if keys_dir.exists():
        keys_dir.chmod(0o700)


@pytest.mark.requirement("TI-6")
@pytest.mark.parametrize("has_public_key", [True, False])
def test_read_only_directory_works_when_it_holds_keys(
    run_command: RunCommand,
    start_issuer: Callable[..., Any],
    keys_dir: Path,
    make_read_only: Callable[[], None],
    unprivileged: tuple[str, ...],
    *,
    has_public_key: bool,
) -> None:
    assert run_command("make-keys", str(keys_dir)).returncode == 0
    if not has_public_key:
        (keys_dir / "public.pem").unlink()
    make_read_only()

    running = start_issuer("--keys-dir", str(keys_dir), wrapper=unprivileged)

    assert httpx.get(f"{running.url}/health").is_success
    assert (keys_dir / "public.pem").exists() is has_public_key


@pytest.mark.requirement("TI-6")
def test_read_only_directory_is_a_clear_error_when_it_is_empty(
    run_command: RunCommand,
    keys_dir: Path,
    make_read_only: Callable[[], None],
    unprivileged: tuple[str, ...],
) -> None:
    keys_dir.mkdir()
    make_read_only()

    result = run_command("serve", "--keys-dir", str(keys_dir), wrapper=unprivileged)

    assert result.returncode == 1
    assert f"{keys_dir}/private.pem: permission denied for user id {os.getuid()}" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.requirement("TI-6")
def test_unreadable_private_key_is_a_clear_error(
    run_command: RunCommand, keys_dir: Path, unprivileged: tuple[str, ...]
) -> None:
    assert run_command("make-keys", str(keys_dir)).returncode == 0
    (keys_dir / "private.pem").chmod(0)

    result = run_command("serve", "--keys-dir", str(keys_dir), wrapper=unprivileged)

    assert result.returncode == 1
    assert "private.pem: permission denied" in result.stderr


@pytest.mark.requirement("TI-6")
def test_directory_that_cannot_be_made_is_a_clear_error(
    run_command: RunCommand,
    keys_dir: Path,
    make_read_only: Callable[[], None],
    unprivileged: tuple[str, ...],
) -> None:
    keys_dir.mkdir()
    make_read_only()

    result = run_command("make-keys", str(keys_dir / "below"), wrapper=unprivileged)

    assert result.returncode == 1
    assert "below: permission denied" in result.stderr
