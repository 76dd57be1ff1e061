"""Three replicas with one seed, through a rotation, while they are killed and updated.

The fixture `record` holds what the replicas published and signed, and what clients got from the
load balancer; each test examines it. A key signs for 40 s, and is published for 3.75 s before. No
verdict depends on these times, nor on the speed of the machine.
"""

import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Final

import httpx
import pytest

from tests.swarm.observation import Observation, PersistentClient
from tests.swarm.proxy import Proxy, run_proxy
from tests.swarm.stack import Stack, deploy_stack, run_docker, wait_until

pytestmark = [pytest.mark.requirement("OPS-8"), pytest.mark.timeout(900)]

SEED: Final = secrets.token_hex(16)
FACTOR: Final = "17280"


@dataclass(frozen=True)
class Record:
    """The running stack, and the clients that have called it."""

    stack: Stack
    observation: Observation
    client: PersistentClient
    proxy: Proxy


@pytest.fixture(scope="module")
def record() -> Iterator[Record]:
    secret = f"TOKEN_ISSUER_KEY_SEED={SEED}\n"
    with deploy_stack(secret, TOKEN_ISSUER_ROTATION_FACTOR=FACTOR) as stack:
        stack.wait_for_replicas()
        with run_proxy(stack.network) as proxy:
            made = Record(stack, Observation(), PersistentClient(stack.balancer_url), proxy)
            fill(made)
            yield made


def fill(record: Record) -> None:
    """Let the clients call until the keys have rotated and every disturbance has been repaired."""
    url = record.stack.balancer_url
    with record.client.run(), ThreadPoolExecutor(1) as executor:
        disturbance = executor.submit(disturb, record.stack)

        def observe() -> bool:
            record.observation.observe(record.stack.list_replicas())
            minted = httpx.post(f"{url}/token", json={}, trust_env=False, timeout=20)
            record.proxy.verify(minted.raise_for_status().json()["access_token"])
            return record.observation.has_turned and disturbance.done()

        wait_until(observe, record.stack.describe)
        disturbance.result()


def disturb(stack: Stack) -> None:
    """Kill a replica, update all, then kill all but one; wait in between until all are healthy."""
    run_docker("kill", stack.wait_for_replicas()[0])
    stack.wait_for_replicas()
    stack.update()
    run_docker("kill", *stack.wait_for_replicas()[1:])
    stack.wait_for_replicas()


def test_replicas_publish_identical_documents_at_the_same_time(record: Record) -> None:
    spans: dict[bytes, list[int]] = {}
    for document in record.observation.documents:
        spans.setdefault(document.body, []).append(document.second)

    # Each document is replaced by the next one at all replicas within one second of their clocks.
    assert len(spans) > 2
    for earlier, later in pairwise(sorted(spans.values(), key=min)):
        assert max(earlier) <= min(later)


def test_token_of_each_replica_verifies_with_the_keys_of_every_other(record: Record) -> None:
    observation = record.observation
    assert observation.rejected == []

    last = list(record.stack.list_replicas())  # they have served since the last disturbance
    observation.observe(record.stack.list_replicas())
    assert set(permutations(last, 2)) <= observation.verified.keys()
    assert len({replica for pair in observation.verified for replica in pair}) > 6  # replaced twice


def test_several_replicas_sign_with_each_key(record: Record) -> None:
    assert len(record.observation.signers) > 1
    assert all(len(replicas) > 1 for replicas in record.observation.signers.values())


def test_client_with_an_open_connection_sees_no_failure(record: Record) -> None:
    assert {status for _, status in record.client.responses} == {200}, record.client.responses
    assert record.client.connections == 1


def test_reference_proxy_accepts_tokens_of_each_key(record: Record) -> None:
    assert len(record.proxy.accepted_kids) > 1


def test_seed_is_in_no_description_and_no_log(record: Record) -> None:
    described = json.dumps(record.stack.inspect())
    secret = run_docker("secret", "inspect", record.stack.name)

    assert record.stack.name in secret
    assert "TOKEN_ISSUER_ROTATION" in described
    assert "listens on" in record.stack.read_logs()
    for text in (described, secret, record.stack.read_logs(), record.stack.describe()):
        assert SEED not in text


def test_containers_have_no_privileges_and_limited_resources(record: Record) -> None:
    containers = [item for item in record.stack.inspect().values() if "HostConfig" in item]

    assert len(containers) > 3
    for container in containers:
        host, config = container["HostConfig"], container["Config"]
        assert (host["ReadonlyRootfs"], host["CapDrop"], host["Privileged"]) == (
            True,
            ["ALL"],
            False,
        )
        assert config["User"] == "65532:65532"
        assert (host["Memory"], host["PidsLimit"], host["NanoCpus"]) == (128 << 20, 64, 10**9)
