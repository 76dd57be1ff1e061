"""`ci/steps` runs every step in order, reports each, and ends the processes that it started."""

import signal
import subprocess
import sys
import threading
import time
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from tests.services import read_untraced_environ

pytestmark = pytest.mark.requirement("OPS-5")

SCRIPT: Final = Path(__file__).resolve().parents[2] / "ci/steps"
INTERRUPTED: Final = """
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
sys.path.insert(0, str(Path(sys.argv[1]).parent))
steps = SourceFileLoader("steps", sys.argv[1]).load_module()
steps.SIGNAL_TIMEOUT_S = 2  # background jobs of the shell ignore the first signal
interrupted = steps.watch_signals()
plan = [steps.Step("wait", sys.argv[2]), steps.Step("never", "true", after=("wait",))]
print(*steps.run_steps(plan, Path(sys.argv[3]), interrupted), flush=True)
"""


@pytest.fixture(scope="module")
def steps() -> ModuleType:
    loader = SourceFileLoader("steps", str(SCRIPT))
    spec = spec_from_loader("steps", loader)
    assert spec
    module = module_from_spec(spec)
    sys.modules["steps"] = module  # dataclasses look up their module
    loader.exec_module(module)
    return module


def test_step_starts_after_its_predecessors_even_if_they_fail(
    steps: ModuleType, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    trace = tmp_path / "trace"
    plan = [
        steps.Step("last", f"sh -c 'echo last >>{trace}'", after=("bad", "slow")),
        steps.Step("bad", f"sh -c 'echo bad >>{trace}; echo the reason >&2; exit 3'"),
        steps.Step("slow", f"sh -c 'sleep 1; echo slow >>{trace}'"),
    ]

    results = steps.run_steps(plan, tmp_path, threading.Event())

    assert trace.read_text("utf-8").split() == ["bad", "slow", "last"]
    assert {name: result.is_ok for name, result in results.items()} == {
        "bad": False,
        "slow": True,
        "last": True,
    }
    assert b"the reason" in capfdbinary.readouterr().out


def test_step_has_no_standard_input(steps: ModuleType, tmp_path: Path) -> None:
    results = steps.run_steps([steps.Step("read", "cat")], tmp_path, threading.Event())

    assert results["read"].is_ok


def test_missing_command_is_a_failure(steps: ModuleType, tmp_path: Path) -> None:
    plan = [steps.Step("missing", "ci/no-such-step")]

    results = steps.run_steps(plan, tmp_path, threading.Event())

    assert not results["missing"].is_ok


def test_table_names_each_step_that_did_not_run(steps: ModuleType) -> None:
    plan = [steps.Step("lint", "ci/lint.sh"), steps.Step("bench", "ci/bench.sh")]

    table = steps.format_table(plan, {"lint": steps.Result(is_ok=True, duration_s=4)}, 61.4)

    assert table.splitlines() == [
        "lint           ok        4 s",
        "bench          did not run",
        "total                   61 s",
    ]


def test_steps_have_no_cycle_and_only_bench_is_last(steps: ModuleType) -> None:
    ended: set[str] = set()
    waiting = list(steps.STEPS)
    while ready := [step for step in waiting if ended >= set(step.after)]:
        ended |= {step.name for step in ready}
        waiting = [step for step in waiting if step not in ready]
    before = {name for step in steps.STEPS for name in step.after}

    assert waiting == []
    assert {step.name for step in steps.STEPS} - before == {"bench"}


def test_interrupt_ends_the_processes_of_a_step(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    command = f"sh -c 'sleep 300 & echo $! >{pid_file}; wait'"
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, SCRIPT, command, tmp_path],
        env=read_untraced_environ(),
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not (pid_file.exists() and pid_file.read_text("ascii").strip()):
        assert time.monotonic() < deadline
        time.sleep(0.05)

    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=90)

    assert "FAILED" in output
    assert output.splitlines()[-1] == "wait"
    assert not is_running(pid_file.read_text("ascii").strip())


def is_running(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
