# DEV-ONLY: never ship to production.
"""`token-issuer serve --workers N` as real processes."""

import contextlib
import errno
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import jwt
import pytest
from tests import patient_http
from token_issuer.errors import WorkerError
from token_issuer.server.workers import listen_for_workers, serve_by_workers

StartIssuer = Callable[..., Any]

pytestmark = pytest.mark.requirement("TI-8")

WORKERS: Final = 3
DEADLINE_S: Final = 30


def list_workers(running: Any) -> list[int]:
    """Return the process ids of the workers, once all of them are there."""
    pid = running.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    assert wait_until(lambda: len(children.read_text().split()) == WORKERS)
    return [int(worker) for worker in children.read_text().split()]


def wait_until(holds: Callable[[], bool], *, deadline_s: float = DEADLINE_S) -> bool:
    end = time.monotonic() + deadline_s
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def count_sockets(pid: int) -> int:
    return sum(
        link.readlink().name.startswith("socket:") for link in Path(f"/proc/{pid}/fd").iterdir()
    )


@pytest.fixture(scope="module")
def shared(start_shared_issuer: StartIssuer) -> Any:
    """Return an issuer with workers for all tests that leave it as it is."""
    return start_shared_issuer("--workers", str(WORKERS))


@pytest.mark.requirement("TI-6")
def test_all_workers_answer_with_the_same_keys(shared: Any) -> None:
    workers = list_workers(shared)
    before = [count_sockets(worker) for worker in workers]
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(patient_http.Client(base_url=shared.url))
            for _ in range(20 * WORKERS)
        ]
        documents = {client.get("/certs").content for client in clients}
        tokens = [client.post("/token").json()["access_token"] for client in clients]
        others = [
            client.post("/token", json={"alg": algorithm}).json()["access_token"]
            for client in clients
            for algorithm in ("PS256", "ES256", "EdDSA")
        ]
        opened = [count_sockets(worker) - n for worker, n in zip(workers, before, strict=True)]

    assert min(opened) > 0
    assert sum(opened) >= len(clients)
    assert len(documents) == 1
    published = {key.key_id: key for key in jwt.PyJWKSet.from_json(documents.pop().decode()).keys}
    ids = {
        jwt.decode(
            token,
            published[jwt.get_unverified_header(token)["kid"]],
            algorithms=["RS256", "PS256", "ES256", "EdDSA"],
            audience="stream-watcher-docker",
        )["jti"]
        for token in [*tokens, *others]
    }
    assert len(ids) == len(tokens) + len(others)


@pytest.mark.requirement("GO-4")
def test_rotation_in_the_directory_reaches_all_workers(
    start_issuer: StartIssuer, call_command: Callable[..., Any], keys_dir: Path
) -> None:
    running = start_issuer("--workers", str(WORKERS), "--keys-dir", str(keys_dir))
    rotated = call_command("keys", "rotate", "--keys-dir", str(keys_dir), "--mode", "emergency")
    assert rotated.returncode == 0, rotated.stderr

    def agree() -> bool:
        answers = []
        for _ in range(10 * WORKERS):
            answer = patient_http.get(f"{running.url}/certs")  # of any worker
            answers.append(answer.json()["keys"])
        kids = {tuple(key["kid"] for key in keys if key["alg"] == "RS256") for keys in answers}
        return len(kids) == 1 and "dev-key" not in kids.pop()

    assert wait_until(agree)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_all_of_them_with_exit_code_0(
    start_issuer: StartIssuer, number: signal.Signals
) -> None:
    running = start_issuer("--workers", str(WORKERS))
    workers = list_workers(running)
    assert patient_http.get(f"{running.url}/certs").is_success
    running.process.send_signal(number)

    assert running.process.wait(timeout=DEADLINE_S) == 0
    assert not any(map(is_alive, workers))


def test_worker_that_ends_by_itself_ends_all_of_them(start_issuer: StartIssuer) -> None:
    running = start_issuer("--workers", str(WORKERS))
    workers = list_workers(running)
    assert patient_http.get(f"{running.url}/certs").is_success
    os.kill(workers[0], signal.SIGKILL)
    _, stderr = running.process.communicate(timeout=DEADLINE_S)

    assert running.process.returncode == 1
    assert stderr == (
        f"token-issuer: worker {workers[0]} ended by itself, with exit status -9; "
        "the others were stopped: start the issuer again\n"
    )
    assert not any(map(is_alive, workers))


def test_no_worker_outlives_its_parent(start_issuer: StartIssuer) -> None:
    running = start_issuer("--workers", str(WORKERS))
    workers = list_workers(running)
    assert patient_http.get(f"{running.url}/certs").is_success
    running.process.kill()

    assert wait_until(lambda: not any(map(is_alive, workers)))


def test_second_issuer_does_not_join_the_first(
    shared: Any, run_command: Callable[..., Any]
) -> None:
    port = urlsplit(shared.url).port
    result = run_command("serve", "--workers", str(WORKERS), "--port", str(port))

    assert result.returncode == 1
    assert result.stderr.startswith(f"token-issuer: cannot listen on 127.0.0.1 port {port}: ")


@pytest.mark.requirement("BV-1")
def test_what_needs_one_memory_is_refused(shared: Any) -> None:
    refused = patient_http.post(f"{shared.url}/token", json={"defect": "alg-none"})

    assert refused.status_code == 400
    assert "TOKEN_ISSUER_WORKERS" in refused.json()["error_description"]
    assert patient_http.get(f"{shared.url}/admin/keys").status_code == 404


def test_worker_that_cannot_be_started_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", fork)
    listeners = listen_for_workers("127.0.0.1", 0, 1)

    with (
        listeners[0],
        pytest.raises(WorkerError, match=r"cannot start a worker: .*TOKEN_ISSUER_WORKERS"),
    ):
        serve_by_workers(listeners, lambda _: None)
