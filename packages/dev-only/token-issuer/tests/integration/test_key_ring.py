# DEV-ONLY: never ship to production.
"""The key ring under races, crashes and in several processes at once."""

import json
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import jwt
import pytest
from jwt_core import decode_private_pem
from tests import patient_http

StartIssuer = Callable[..., Any]
RunCommand = Callable[..., subprocess.CompletedProcess[str]]
CountStates = Callable[[str, Path], dict[str, int]]


# Kills a rotation before each of its calls that may change files. Keys come from a stock: making
# them takes long.
KILLER: Final = """
import itertools, json
from datetime import timedelta
from pathlib import Path
from jwt_core import encode_private_pem, encode_public_pem
from token_issuer.keys.storage.key_pair import open_key_directory
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.service import KeyService
from token_issuer.keys.stored_keys import StoredKeys
from token_issuer.keys.storage.directory import DirectoryStore
from token_issuer.keys.watermark import generate_marked_key

stock = [generate_marked_key() for _ in range(4)]
directory = Path(sys.argv[1])
plan = RotationPlan(lead=timedelta(0), retention=timedelta(0))

def rotate(number):
    store = DirectoryStore.open(directory)
    StoredKeys(store, plan=plan, generate=lambda _: stock[number % 4]).rotate()

open_key_directory(directory, generate=lambda: stock[3])
rotate(0)
states = {}
for number in itertools.count(1):
    before = DirectoryStore(directory).ring
    is_killed = is_killed_after(number, lambda: rotate(number))
    names = sorted(path.name for path in directory.iterdir())
    visible = [name for name in names if not name.startswith(".")]
    assert visible == ["private.pem", "public.pem", "ring.json"], names
    after = DirectoryStore(directory).ring  # always whole
    assert after.made in (before.made, before.made + 1), (before.made, after.made)
    active = next(key for key in reversed(after.keys) if key.signing_key)
    is_behind = (directory / "private.pem").read_bytes() != encode_private_pem(active.signing_key)
    state = f"rotated={after.made > before.made} leftover={len(names) > 3} behind={is_behind}"
    states[state] = states.get(state, 0) + 1
    DirectoryStore.open(directory)
    assert (directory / "private.pem").read_bytes() == encode_private_pem(active.signing_key)
    assert (directory / "public.pem").read_bytes() == encode_public_pem(active.signing_key)
    if not is_killed:
        break
rotate(number + 1)
assert not [path for path in directory.iterdir() if path.name.startswith(".")]
print(json.dumps(states))
"""


@pytest.mark.requirement("TI-6", "GO-4")
def test_kill_at_any_moment_of_a_rotation_leaves_the_old_ring_or_the_new_one(
    keys_dir: Path, count_states: CountStates
) -> None:
    states = count_states(KILLER, keys_dir)

    assert states.keys() >= {
        "rotated=False leftover=False behind=False",
        "rotated=False leftover=True behind=False",
        "rotated=True leftover=False behind=True",
        "rotated=True leftover=False behind=False",
    }


def rotate(url: str, **body: str) -> dict[str, Any]:
    answer = patient_http.post(f"{url}/admin/keys/rotate", json=body)
    assert answer.status_code == 200, answer.text
    described: dict[str, Any] = answer.json()
    return described


def list_kids(url: str) -> list[str]:
    answer = patient_http.get(f"{url}/certs")
    return [key["kid"] for key in answer.json()["keys"]]


def list_keys(url: str) -> list[dict[str, Any]]:
    answer = patient_http.get(f"{url}/admin/keys")
    keys: list[dict[str, Any]] = answer.json()["keys"]
    return keys


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.requirement("GO-4")
def test_replicas_agree_after_a_rotation(start_issuer: StartIssuer, keys_dir: Path) -> None:
    first, second = (start_issuer("--keys-dir", str(keys_dir)).url for _ in range(2))
    assert list_kids(first) == list_kids(second) == ["dev-key"]

    for number, mode in ((2, "graceful"), (3, "emergency")):
        rotate(first, mode=mode, lead="0s")
        wait_until(lambda: list_kids(second) == list_kids(first))
        health = patient_http.get(f"{second}/health").json()
        assert health["kid"] == f"dev-key-{number}"

    certificates = [patient_http.get(f"{url}/oauth2/v1/certs") for url in (first, second)]
    assert certificates[0].headers["etag"] == certificates[1].headers["etag"]


@pytest.mark.requirement("GO-4")
def test_rotations_of_several_processes_at_once_are_all_kept(
    start_issuer: StartIssuer, keys_dir: Path
) -> None:
    urls = [start_issuer("--keys-dir", str(keys_dir)).url for _ in range(3)]
    with ThreadPoolExecutor(9) as pool:
        made = list(pool.map(lambda number: rotate(urls[number % 3])["kid"], range(9)))
    expected = {"dev-key", *made}

    assert len(expected) == 10
    wait_until(lambda: all({key["kid"] for key in list_keys(url)} == expected for url in urls))
    assert list_keys(urls[0]) == list_keys(urls[1]) == list_keys(urls[2])


@pytest.mark.requirement("GO-4", "TI-6")
def test_ring_survives_kill_9_and_old_tokens_still_verify(
    start_issuer: StartIssuer, keys_dir: Path
) -> None:
    first = start_issuer(PERSIST_KEYS_DIR=str(keys_dir))
    token = patient_http.post(f"{first.url}/token").json()["access_token"]
    rotate(first.url, lead="0s")
    first.process.kill()
    first.process.wait()
    second = start_issuer(PERSIST_KEYS_DIR=str(keys_dir))
    keys = jwt.PyJWKSet.from_dict(patient_http.get(f"{second.url}/certs").json())

    assert jwt.decode(token, keys["dev-key"], ["RS256"], audience="stream-watcher-docker")
    assert patient_http.get(f"{second.url}/health").json()["kid"] == "dev-key-2"
    pem = decode_private_pem((keys_dir / "private.pem").read_bytes())
    assert pem.verification_key.public_key.public_numbers().n == int.from_bytes(  # type: ignore[union-attr]  # RSA
        jwt.utils.base64url_decode(patient_http.get(f"{second.url}/certs").json()["keys"][1]["n"])
    )


@pytest.mark.requirement("GO-4")
def test_schedule_of_the_command_rotates_and_goes_on_after_a_restart(
    start_issuer: StartIssuer, keys_dir: Path
) -> None:
    arguments = ("--rotation", "google", "--rotation-factor", "86400", "--keys-dir", str(keys_dir))
    first = start_issuer(*arguments)  # a key each 8 s, published 0.75 s before it signs
    published = list_kids(first.url)
    wait_until(lambda: "dev-key-3" in list_kids(first.url))
    first.process.kill()
    first.process.wait()
    second = start_issuer(*arguments)

    ring = patient_http.get(f"{second.url}/admin/keys").json()
    assert {*published, "dev-key-3"} <= {key["kid"] for key in ring["keys"]}
    assert ring["next_change"]


@pytest.mark.requirement("GO-4")
def test_read_only_directory_serves_and_rejects_to_rotate(
    start_issuer: StartIssuer,
    filled_dir: Path,
    unprivileged: tuple[str, ...],
) -> None:
    filled_dir.chmod(0o500)
    try:
        running = start_issuer("--keys-dir", str(filled_dir), wrapper=unprivileged)
        refused = patient_http.post(f"{running.url}/admin/keys/rotate")
        other = patient_http.post(f"{running.url}/token", json={"alg": "ES256"})
    finally:
        filled_dir.chmod(0o700)

    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert "ring.json: permission denied" in refused.json()["detail"]
    assert (other.status_code, other.json()["error"]) == (503, "server_error")
    assert patient_http.post(f"{running.url}/token").status_code == 200


@pytest.mark.requirement("TI-7", "GO-4")
def test_keys_are_listed_rotated_and_removed_by_command(
    start_issuer: StartIssuer, call_command: RunCommand
) -> None:
    url = start_issuer(TOKEN_ISSUER_ADMIN_TOKEN="correct-horse").url
    secret = {"TOKEN_ISSUER_ADMIN_TOKEN": "correct-horse"}

    refused = call_command("keys", "list", "--url", url)
    rotated = call_command("keys", "rotate", "--url", url, "--lead", "0s", **secret)
    in_use = call_command("keys", "remove", "--url", url, "dev-key-2", **secret)
    removed = call_command("keys", "remove", "--url", url, "dev-key", **secret)
    listed = call_command("keys", "list", "--json", "--url", url, **secret)

    assert refused.returncode == 1
    assert "expected Bearer and the secret of TOKEN_ISSUER_ADMIN_TOKEN" in refused.stderr
    assert rotated.stdout.startswith("dev-key-2  RS256  active     signs since 2")
    assert in_use.returncode == 1
    assert "'dev-key-2' is the active signing key; rotate first" in in_use.stderr
    assert removed.stdout.splitlines()[0].startswith("dev-key    RS256  removed    removed at 2")
    assert [key["state"] for key in json.loads(listed.stdout)["keys"]] == ["removed", "active"]


@pytest.mark.requirement("TI-7", "GO-4")
def test_keys_of_a_directory_rotate_offline_and_a_running_issuer_follows(
    start_issuer: StartIssuer, call_command: RunCommand, keys_dir: Path
) -> None:
    running = start_issuer("--keys-dir", str(keys_dir))
    arguments = ("--keys-dir", str(keys_dir))

    graceful = call_command("keys", "rotate", *arguments, "--lead", "1h", "--retention", "2h")
    fault = call_command("keys", "rotate", *arguments, "--mode", "sign-before-publish", "--lead=1h")
    wrong = call_command("keys", "rotate", *arguments, "--lead=-1s")
    removed = call_command("keys", "remove", "dev-key-2", PERSIST_KEYS_DIR=str(keys_dir))
    wait_until(lambda: patient_http.get(f"{running.url}/health").json()["kid"] == "dev-key-3")
    wait_until(lambda: list_kids(running.url) == ["dev-key"])

    assert "dev-key-2  RS256  published  signs from 2" in graceful.stdout
    assert "dev-key-3  RS256  active     signs since" in fault.stdout
    assert fault.stdout.endswith("and is not published\n")
    assert "lead: '-1s' is out of range: expected zero to ten years" in wrong.stderr
    assert "dev-key    RS256  retired    published until" in removed.stdout
    token = patient_http.post(f"{running.url}/token").json()["access_token"]
    assert jwt.get_unverified_header(token)["kid"] == "dev-key-3"
