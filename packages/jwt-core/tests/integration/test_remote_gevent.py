"""Key sets under gevent, in processes whose standard library it has replaced."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import JwksServer, ScriptProcess
    from jwt_core import SigningKey

    Run = Callable[[str, str], ScriptProcess]

pytest.importorskip("gevent")
pytestmark = pytest.mark.requirement("JC-3")

PREAMBLE: Final = """\
from gevent import monkey
monkey.patch_all()
import gevent, os, sys
from datetime import timedelta
from jwt_core.remote import RemoteKeySet

key_sets = [RemoteKeySet(sys.argv[1], timeout=timedelta(seconds=80)) for _ in range(5)]
"""


@pytest.fixture
def run(start_script: Run) -> Run:
    """Start a script after the preamble."""
    return lambda script, uri: start_script(PREAMBLE + script, uri)


def test_several_key_sets_fetch_at_the_same_time(
    server: JwksServer, key: SigningKey, run: Run
) -> None:
    script = """
ticks = []
def tick():
    while True:
        ticks.append(1)
        gevent.sleep(0)
ticker = gevent.spawn(tick)
waiting = [gevent.spawn(keys.prefetch) for keys in key_sets for _ in range(10)]
gevent.joinall(waiting, raise_error=True)
assert {keys.state for keys in key_sets} == {"fresh"}
assert ticks  # the other greenlets went on
"""
    release = threading.Event()
    server.publish(key, wait_for=release)
    process = run(script, server.uri)
    server.wait_for_requests(5)  # none of them is answered before the last one has arrived
    release.set()
    process.finish()
    assert len(server.requests) == 5


def test_silent_server_fails_each_fetch_in_time(server: JwksServer, run: Run) -> None:
    script = """
key_sets = [RemoteKeySet(sys.argv[1], timeout=timedelta(seconds=0.3)) for _ in range(3)]
def fail(keys):
    try:
        keys.prefetch()
    except Exception as error:
        assert "no complete response within 0.3 s" in str(error), error
    else:
        raise AssertionError
gevent.joinall([gevent.spawn(fail, keys) for keys in key_sets], raise_error=True)
"""
    server.answer_never()
    run(script, server.uri).finish()


def test_forked_process_fetches_for_itself(stalled: JwksServer, run: Run) -> None:
    script = """
keys = key_sets[0]
gevent.spawn(keys.prefetch)
print("waiting", flush=True)
gevent.get_hub().threadpool.apply(sys.stdin.readline)
pid = os.fork()
if pid == 0:
    keys.prefetch()
    os._exit(0 if keys.state == "fresh" else 1)
assert os.waitpid(pid, 0)[1] == 0
os._exit(0)
"""
    process = run(script, stalled.uri)
    process.expect("waiting")
    stalled.wait_for_requests(1)
    process.finish()
