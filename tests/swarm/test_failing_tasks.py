"""Replicas with wrong settings: the task fails with the reason, and Swarm stops restarting it."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

import pytest

from tests.swarm.stack import Stack, deploy_stack, wait_until

pytestmark = [pytest.mark.requirement("OPS-8"), pytest.mark.timeout(900)]

SEED: Final = "TOKEN_ISSUER_KEY_SEED=only-for-this-test\n"
ONE_REPLICA: Final = """\
version: "3.9"
services:
  token-issuer: {deploy: {replicas: 0}}
  replica: {deploy: {replicas: 1}}
"""
CASES: Final = {
    "no-seed": ("TOKEN_ISSUER_TTL=15m\n", "TOKEN_ISSUER_KEY_SEED"),
    "short-seed": ("TOKEN_ISSUER_KEY_SEED=too-short\n", "expected 16 to 1024 printable characters"),
    "admin": (f"{SEED}TOKEN_ISSUER_ADMIN_TOKEN=only-for-this-stack\n", "TOKEN_ISSUER_ADMIN_TOKEN"),
}


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stack]]:
    """Deploy a stack for each case, so that their restarts overlap."""
    one_replica = tmp_path_factory.mktemp("stack") / "one-replica.yaml"
    one_replica.write_text(ONE_REPLICA, encoding="utf-8")
    with ExitStack() as exit_stack:
        yield {
            name: exit_stack.enter_context(deploy_stack(secret, one_replica))
            for name, (secret, _) in CASES.items()
        }


def has_given_up(stack: Stack) -> bool:
    """Return whether Swarm neither runs a task nor waits to start one."""
    wanted = ("--filter=desired-state=running", "--filter=desired-state=ready")
    return not stack.list_tasks(*wanted)


@pytest.mark.parametrize("name", CASES)
def test_task_fails_with_the_reason(name: str, stacks: dict[str, Stack]) -> None:
    stack, (secret, reason) = stacks[name], CASES[name]

    wait_until(lambda: has_given_up(stack), stack.describe)

    tasks, logs = stack.list_tasks(), stack.read_logs()
    assert len(tasks) >= 4, tasks  # the first, and three more attempts
    assert all("Failed" in task and "non-zero exit (2)" in task for task in tasks), tasks
    assert reason in logs
    assert "Traceback" not in logs
    assert secret.partition("=")[2].splitlines()[0] not in logs
