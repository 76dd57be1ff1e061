"""Processes that fork during a fetch, and processes that end during one: real processes."""

from __future__ import annotations

import copy
import pickle
import sys
import threading
from typing import TYPE_CHECKING, Final

import pytest
from jwt_core.remote import RemoteKeySet

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import JwksServer, ScriptProcess
    from jwt_core import SigningKey

    Run = Callable[[str, str], ScriptProcess]

pytestmark = [
    pytest.mark.requirement("JC-3"),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork"),
]

PREAMBLE: Final = """\
import asyncio, multiprocessing, os, sys, threading, traceback
from datetime import timedelta
from jwt_core.remote import RemoteKeySet

now = 1000.0
keys = RemoteKeySet(sys.argv[1], clock=lambda: now, timeout=timedelta(seconds=80))

def wait_for_test():
    # The test lets the script continue as soon as its server has the request.
    print("waiting", flush=True)
    sys.stdin.readline()

def start_fetch():
    threading.Thread(target=keys.prefetch, daemon=True).start()
    wait_for_test()

def fork(function):
    pid = os.fork()
    if pid == 0:
        try:
            function()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0

def fetch():
    keys.prefetch()
    assert keys.state == "fresh"

"""

FORKS: Final = {
    "plain": "start_fetch(); fork(fetch)",
    "twice": "start_fetch(); fork(fetch); fork(fetch)",
    "fork of a fork": "start_fetch(); fork(lambda: fork(fetch))",
    "in a thread": """\
start_fetch()
failures = []
def run():
    try: fork(fetch)
    except BaseException as error: failures.append(error)
thread = threading.Thread(target=run)
thread.start(); thread.join()
assert not failures
""",
    "while a lock is held": """\
start_fetch()
held = threading.Event()
def hold():
    with keys._refresher._lock:
        held.set()
        threading.Event().wait()
threading.Thread(target=hold, daemon=True).start()
held.wait()
fork(fetch)
""",
    "multiprocessing": """\
start_fetch()
process = multiprocessing.get_context("fork").Process(target=fetch)
process.start(); process.join()
assert process.exitcode == 0
""",
    "pool": """\
start_fetch()
with multiprocessing.get_context("fork").Pool(2) as pool:
    pool.apply(fetch)
""",
    "in an event loop": """\
async def main():
    fetching = asyncio.create_task(keys.prefetch_async())
    await asyncio.to_thread(wait_for_test)
    fork(lambda: asyncio.run(keys.prefetch_async()))
    assert not fetching.done()
    os._exit(0)
asyncio.run(main())
""",
    "then exec": """\
start_fetch()
fork(lambda: os.execv(sys.executable, [sys.executable, "-c", "import jwt_core.remote"]))
""",
    "several key sets": """\
others = [RemoteKeySet(sys.argv[1]) for _ in range(20)]
start_fetch()
del others[:10]
fork(lambda: [other.prefetch() for other in others])
""",
    "in the child again": """\
start_fetch()
def fetch_with_threads():
    threads = [threading.Thread(target=fetch) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    fetch()
fork(fetch_with_threads)
""",
}


@pytest.fixture
def run(start_script: Run) -> Run:
    """Start a script after the preamble."""
    return lambda script, uri: start_script(PREAMBLE + script, uri)


@pytest.mark.parametrize("script", FORKS.values(), ids=FORKS)
def test_forked_process_fetches_for_itself(stalled: JwksServer, run: Run, script: str) -> None:
    process = run(script, stalled.uri)
    process.expect("waiting")
    stalled.wait_for_requests(1)
    process.finish()


def test_fork_right_after_the_start_of_a_fetch_leaves_no_lock_behind(
    server: JwksServer, key: SigningKey, run: Run
) -> None:
    # The first fetch of a process imports modules and loads certificates.
    script = """
threading.Thread(target=keys.prefetch, daemon=True).start()
for _ in range(3): fork(fetch)
"""
    server.publish(key)
    run(script, server.uri).finish()


PARTS_WITH_LOCKS: Final = {
    "certificates": "ssl.create_default_context",
    "TLS handshake": "ssl.SSLContext.wrap_socket",
    "name lookup": "socket.getaddrinfo",
}


@pytest.mark.parametrize("function", PARTS_WITH_LOCKS.values(), ids=PARTS_WITH_LOCKS)
@pytest.mark.parametrize("delay_s", [60, 0.1])
def test_fork_waits_a_limited_time_for_a_request(
    server: JwksServer, run: Run, function: str, delay_s: float
) -> None:
    # With the short delay, the request never ends.
    script = f"""
import socket, ssl
from jwt_core.remote import fork_gate
fork_gate.MAX_FORK_DELAY_S = {delay_s}
is_locked, is_forking, has_ended = threading.Event(), threading.Event(), []
def end_after_fork_has_begun(*args, **options):
    is_locked.set()
    is_forking.wait()
    has_ended.append(True)
    raise ssl.SSLError("expected")
{function} = end_after_fork_has_begun
https = RemoteKeySet(sys.argv[1].replace("http://", "https://"), timeout=timedelta(seconds=80))
threading.Thread(target=https.prefetch, daemon=True).start()
is_locked.wait()
waits_for_end = fork_gate.MAX_FORK_DELAY_S > 1
if waits_for_end:
    os.register_at_fork(before=is_forking.set)
def check():
    assert bool(has_ended) == waits_for_end
fork(check)
os._exit(0)
"""
    server.answer_never()
    run(script, server.uri).finish()


def test_forked_process_uses_the_set_of_its_parent(
    server: JwksServer, key: SigningKey, run: Run
) -> None:
    script = """
fetch()
wait_for_test()  # from now on the server does not respond
now += 10_000  # past the lifetime of the set
start_fetch()
def use():
    assert keys.state == "stale"
    keys.close()
    keys.prefetch()
fork(use)
"""
    server.publish(key)
    process = run(script, server.uri)
    process.expect("waiting")
    server.answer_never()
    process.proceed()
    process.expect("waiting")
    server.wait_for_requests(2)
    process.finish()


ENDS: Final = {
    "fetch in a thread": "start_fetch()",
    "fetch in a task": """\
async def main():
    task = asyncio.create_task(keys.prefetch_async())
    await asyncio.to_thread(wait_for_test)
    task.cancel()
asyncio.run(main())
""",
    "exit by an exception": "start_fetch()\nraise SystemExit(0)",
    "verification at exit": """\
import atexit
def fetch_late():
    try: RemoteKeySet(sys.argv[1], timeout=timedelta(milliseconds=200)).prefetch()
    except Exception as error: print(error)
atexit.register(fetch_late)
start_fetch()
""",
}


@pytest.mark.parametrize("script", ENDS.values(), ids=ENDS)
def test_process_ends_while_a_fetch_hangs(server: JwksServer, run: Run, script: str) -> None:
    server.answer_never()
    process = run(script, server.uri)
    process.expect("waiting")
    server.wait_for_requests(1)
    process.finish()


def test_interrupt_ends_the_wait_but_not_the_fetch(
    server: JwksServer, key: SigningKey, run: Run
) -> None:
    script = """
import signal
# A process that a shell starts in the background, as some CI systems do, ignores SIGINT.
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    print("waiting", flush=True)
    keys.prefetch()
except KeyboardInterrupt:
    print("interrupted", flush=True)
fetch()
"""
    release = threading.Event()
    server.publish(key, wait_for=release)
    process = run(script, server.uri)
    process.expect("waiting")
    server.wait_for_requests(1)
    process.interrupt()
    process.expect("interrupted")
    release.set()
    process.finish()
    assert len(server.requests) == 1


def test_hanging_resolver_leaves_one_thread_and_does_not_delay_the_exit(
    server: JwksServer, run: Run
) -> None:
    # The resolver never returns: the process would not end at all if it waited for it.
    script = """
import socket
lookups, has_lookup = [], threading.Event()
def hang(*args, **options):
    lookups.append(args)
    has_lookup.set()
    threading.Event().wait()
socket.getaddrinfo = hang
keys = RemoteKeySet("http://id.example.com/", clock=lambda: now, timeout=timedelta(seconds=0.2))
for _ in range(4):
    try:
        keys.prefetch()
    except Exception as error:
        assert "no complete response within 0.2 s" in str(error), error
    else:
        raise AssertionError
    now += 60
has_lookup.wait()
assert len(lookups) == 1
left = [thread.name for thread in threading.enumerate() if thread.name == "jwt-core-request"]
assert left == ["jwt-core-request"], left
"""
    run(script, server.uri).finish()


def test_lookup_that_returns_late_frees_the_next_fetch(
    server: JwksServer, key: SigningKey, run: Run
) -> None:
    script = """
import socket
release = threading.Event()
lookup = socket.getaddrinfo
def hang(*args, **options):
    release.wait()
    return lookup(*args, **options)
socket.getaddrinfo = hang
keys = RemoteKeySet(sys.argv[1], clock=lambda: now, timeout=timedelta(seconds=0.2))
try:
    keys.prefetch()
except Exception as error:
    assert "no complete response" in str(error)
(left,) = [thread for thread in threading.enumerate() if thread.name == "jwt-core-request"]
release.set()
left.join()
wait_for_test()  # the late connection was given up before its request
"""
    server.publish(key)
    process = run(script, server.uri)
    process.expect("waiting")
    assert not server.requests
    process.finish()


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_key_set_cannot_be_sent_to_another_process(duplicate: object) -> None:
    assert callable(duplicate)
    with pytest.raises(TypeError, match="create one in each process"):
        duplicate(RemoteKeySet("https://id.example.com/jwks.json"))
