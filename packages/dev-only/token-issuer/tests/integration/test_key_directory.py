# DEV-ONLY: never ship to production.
"""The key directory under races, crashes and lacking permissions, with real processes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest
from tests import patient_http

RunCommand = Callable[..., subprocess.CompletedProcess[str]]
CountStates = Callable[[str, Path], dict[str, int]]

# Kills a first start before each of its calls that may change files. Two key pairs take turns, so
# that a private key of one and a public key of the other would be noticed.
KILLER: Final = """
import itertools, json
from pathlib import Path
from jwt_core import encode_private_pem, encode_public_pem
from token_issuer.keys.storage.key_pair import open_key_directory
from token_issuer.keys.watermark import generate_marked_key

keys = [generate_marked_key(), generate_marked_key()]
base = Path(sys.argv[1])
states = {}
for number in itertools.count():
    directory = base / str(number)
    is_killed = is_killed_after(
        number, lambda: open_key_directory(directory, generate=lambda: keys[number % 2])
    )
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
    if not is_killed:
        break
print(json.dumps(states))
"""


@pytest.mark.requirement("TI-6")
def test_kill_at_any_moment_of_first_start_leaves_a_sound_directory(
    tmp_path: Path, count_states: CountStates
) -> None:
    states = count_states(KILLER, tmp_path)

    assert states.keys() >= {
        "absent", " +leftover", "private.pem", "private.pem +leftover", "private.pem public.pem"
    }  # fmt: skip


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


# Forks ten first starts, which wait for each other just before they look for a key.
RACE: Final = """
import json, os, sys
from pathlib import Path
from token_issuer.keys.storage.key_pair import open_key_directory

directory = Path(sys.argv[1])
waiting, starting = os.pipe()
moduli, answers = os.pipe()
for _ in range(10):
    if os.fork() == 0:
        os.close(starting)
        os.read(waiting, 1)
        key = open_key_directory(directory).verification_key.public_key
        os.write(answers, f"{key.public_numbers().n}\\n".encode())
        os._exit(0)
os.close(starting)
os.close(answers)
with open(moduli) as lines:
    print(json.dumps(lines.read().split()))
"""


@pytest.mark.requirement("TI-6")
def test_ten_processes_on_one_empty_directory_have_the_same_key(
    keys_dir: Path, untraced_environ: dict[str, str]
) -> None:
    result = subprocess.run(
        [sys.executable, "-c", RACE, str(keys_dir)],
        env=untraced_environ, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    moduli = json.loads(result.stdout)

    assert (len(moduli), len(set(moduli))) == (10, 1)
    assert sorted(path.name for path in keys_dir.iterdir()) == ["private.pem", "public.pem"]


@pytest.mark.requirement("TI-6")
def test_issuers_that_start_at_once_on_one_empty_directory_serve_the_same_key(
    start_issuer: Callable[..., Any], keys_dir: Path
) -> None:
    with ThreadPoolExecutor(3) as pool:
        issuers = list(pool.map(lambda _: start_issuer("--keys-dir", str(keys_dir)), range(3)))
    moduli = {patient_http.get(f"{issuer.url}/certs").json()["keys"][0]["n"] for issuer in issuers}

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
    start_issuer: Callable[..., Any],
    filled_dir: Path,
    make_read_only: Callable[[], None],
    unprivileged: tuple[str, ...],
    *,
    has_public_key: bool,
) -> None:
    if not has_public_key:
        (filled_dir / "public.pem").unlink()
    make_read_only()

    running = start_issuer("--keys-dir", str(filled_dir), wrapper=unprivileged)

    assert patient_http.get(f"{running.url}/health").is_success
    assert (filled_dir / "public.pem").exists() is has_public_key


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
    run_command: RunCommand, filled_dir: Path, unprivileged: tuple[str, ...]
) -> None:
    (filled_dir / "private.pem").chmod(0)

    result = run_command("serve", "--keys-dir", str(filled_dir), wrapper=unprivileged)

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
