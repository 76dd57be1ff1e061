"""Servers as real processes, and errors of the load generator after failed requests."""

import json
import sys
import time
from pathlib import Path
from typing import Final

import pytest
from jwt_core import encode_jwk, generate_key

from benchmarks.answers import check_answers
from benchmarks.errors import MeasurementError
from benchmarks.load import LoadGenerator, Request
from benchmarks.openssl import read_signature_rate
from benchmarks.subjects import Subject

FILE_SERVER: Final = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "{port}")


def describe_file_server(folder: Path, path: str = "/jwks.json") -> Subject:
    command = (*FILE_SERVER, "--directory", str(folder))
    return Subject(name="files", version="", command=command, jwks=Request(path), token=None)


def test_server_is_awaited_and_measured(tmp_path: Path) -> None:
    (tmp_path / "jwks.json").write_text("{}")

    with describe_file_server(tmp_path).run() as server:
        server.wait_until_idle()
        assert 0 < server.start_s < 30
        assert server.read_memory_mb() > 1
        assert server.read_cpu_s() > 0

    assert server.read_cpu_s() == 0, "the server has ended"


def test_server_that_is_never_idle_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jwks.json").write_text("{}")
    spin = "threading.Thread(target=exec, args=('while 1: pass',), daemon=True).start()"
    script = (
        f"import runpy, threading; {spin}; runpy.run_module('http.server', run_name='__main__')"
    )
    command = (sys.executable, "-c", script, *describe_file_server(tmp_path).command[3:])

    subject = Subject(
        name="busy", version="", command=command, jwks=Request("/jwks.json"), token=None
    )

    with subject.run() as server:
        monkeypatch.setattr("benchmarks.processes.MAX_START_S", 2)
        with pytest.raises(MeasurementError, match="still busy after 2 s"):
            server.wait_until_idle()


def test_subject_that_fails_to_start_is_named_with_its_last_line() -> None:
    script = "import sys; sys.exit('no\\nport is free')"
    subject = Subject(name="broken", version="", command=(sys.executable, "-c", script))

    with pytest.raises(MeasurementError, match=r"broken ended with exit status 1 .*: port is free"):
        subject.run().__enter__()


def test_server_is_measured_and_stopped_with_its_workers(tmp_path: Path) -> None:
    (tmp_path / "jwks.json").write_text("{}")
    alone = describe_file_server(tmp_path)
    worker = "import time; data = bytearray(30_000_000); print(flush=True); time.sleep(60)"
    script = (
        "import runpy, subprocess, sys;"
        f"worker = subprocess.Popen([sys.executable, '-c', {worker!r}], stdout=subprocess.PIPE);"
        "worker.stdout.readline();"  # it holds its memory
        "sys.argv = ['http.server', *sys.argv[1:]];"
        "runpy.run_module('http.server', run_name='__main__')"
    )
    with_worker = Subject(
        name="workers",
        version="",
        command=(sys.executable, "-c", script, *alone.command[3:]),
        jwks=alone.jwks,
    )

    with alone.run() as small, with_worker.run() as large:
        assert large.read_memory_mb() > small.read_memory_mb() + 5
    deadline = time.monotonic() + 10
    while large.read_cpu_s() > 0:
        assert time.monotonic() < deadline, "the worker is still running"
        time.sleep(0.05)


def test_token_that_the_key_set_does_not_verify_voids_the_run(tmp_path: Path) -> None:
    jwk = encode_jwk(generate_key().verification_key)
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [jwk]}))
    (tmp_path / "token").write_text(json.dumps({"access_token": "a.b.c"}))
    subject = describe_file_server(tmp_path)

    with subject.run() as server:
        check_answers(subject, server)
        wrong = Subject(
            name="wrong", version="", command=(), jwks=subject.jwks, token=Request("/token")
        )
        with pytest.raises(MeasurementError, match="wrong: its token does not verify"):
            check_answers(wrong, server)
        missing = Subject(
            name="missing", version="", command=(), jwks=subject.jwks, token=Request("/none")
        )
        with pytest.raises(MeasurementError, match="GET /none: HTTP Error 404"):
            check_answers(missing, server)


@pytest.mark.parametrize(
    ("failed", "closed", "is_kept_alive", "is_good"),
    [(0, 0, True, True), (1, 0, True, False), (0, 5, True, False), (0, 5, False, True)],
)
def test_failed_request_voids_the_run(
    tmp_path: Path, failed: int, closed: int, is_kept_alive: bool, is_good: bool
) -> None:
    answer = {"requests": 5, "duration_us": 10**6, "p50_us": 1000, "p99_us": 2000}
    wrk = tmp_path / "wrk"
    wrk.write_text(
        f"#!/bin/sh\necho '{json.dumps({**answer, 'failed': failed, 'closed': closed})}'"
    )
    wrk.chmod(0o755)
    request = Request("/certs", is_kept_alive=is_kept_alive)

    if is_good:
        outcome = LoadGenerator(str(wrk)).run("http://127.0.0.1:1", request, 1)
        assert (outcome.rate, outcome.p99_ms) == (5, 2)
    else:
        with pytest.raises(MeasurementError, match=r"GET /certs: . requests failed"):
            LoadGenerator(str(wrk)).run("http://127.0.0.1:1", request, 1)


@pytest.mark.parametrize(
    "answer",
    [
        "rsa 2048 bits 0.000397s 0.000024s   2518.0  40953.0\n",  # OpenSSL 3.0
        "rsa  2048 bits 0.0004s 0.00002s 0.00002s 0.0004s   2518.0  40953.0  39000.1  2400.0\n",
    ],
)
def test_signature_rate_is_read(answer: str) -> None:
    assert read_signature_rate(f"OpenSSL\n  sign verify\n{answer}") == 2518


def test_unexpected_output_of_openssl_is_an_error() -> None:
    with pytest.raises(MeasurementError, match="no line about rsa 2048"):
        read_signature_rate("speed: unknown algorithm")
