"""The Swarm stack of the issuer, deployed under a unique name."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
STACK_FILE: Final = ROOT / "packages/dev-only/token-issuer/clusters/swarm/stack.yaml"
TIMEOUT_S: Final = 300
POLL_INTERVAL_S: Final = 0.5


def run_docker(*arguments: str, text: str | None = None, **environ: str) -> str:
    """Run docker and return its output and its messages; fail with them."""
    outcome = subprocess.run(
        ["docker", *arguments],
        input=text, env={**os.environ, **environ}, text=True, check=False, timeout=TIMEOUT_S,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert outcome.returncode == 0, f"docker {' '.join(arguments)}: {outcome.stdout}"
    return outcome.stdout.strip()


def wait_until(condition: Callable[[], bool], describe: Callable[[], str]) -> None:
    """Wait until *condition* holds; fail with a description of the state if it does not."""
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(describe())
        time.sleep(POLL_INTERVAL_S)


@dataclass(frozen=True)
class Stack:
    """A deployed stack.

    Attributes:
        name: Name of the stack and of its secret.
        replicas: Number of replicas.
    """

    name: str = field(default_factory=lambda: f"issuer-test-{uuid4().hex[:8]}")
    replicas: int = 3

    @property
    def service(self) -> str:
        """The service of the replicas."""
        return f"{self.name}_replica"

    @property
    def network(self) -> str:
        """The network that clients join."""
        return f"{self.name}_default"

    @property
    def balancer_url(self) -> str:
        """URL at which the load balancer is published."""
        (container,) = self._list_containers("token-issuer")
        published = run_docker("port", container, "8081").splitlines()[0]
        return f"http://127.0.0.1:{published.rpartition(':')[2]}"

    def deploy(self, secret: str, *files: Path, **environ: str) -> None:
        """Create the secret, and deploy the stack file, merged with *files*."""
        run_docker("secret", "create", self.name, "-", text=secret)
        merged = [f"--compose-file={file}" for file in (STACK_FILE, *files)]
        environ |= {"ISSUER_PORT": "0", "ISSUER_SECRET": self.name}
        environ |= {"ISSUER_REPLICAS": str(self.replicas)}
        run_docker("stack", "deploy", "--resolve-image=never", *merged, self.name, **environ)

    def remove(self) -> None:
        """Remove the stack, and its secret once no task uses it."""
        run_docker("stack", "rm", self.name)
        run_docker("secret", "rm", self.name)

    def list_replicas(self) -> dict[str, str]:
        """Return the URL of each healthy replica by the id of its container."""
        # Swarm connects each task to this bridge too, on which the host reaches it.
        bridge = json.loads(run_docker("network", "inspect", "docker_gwbridge"))[0]["Containers"]
        return {
            container: f"http://{bridge[container]['IPv4Address'].partition('/')[0]}:8081"
            for container in self._list_containers("replica", "--filter=health=healthy")
            if container in bridge
        }

    def wait_for_replicas(self) -> list[str]:
        """Wait until all replicas are healthy and the load balancer has sent requests to each.

        Returns:
            The ids of their containers.
        """
        wait_until(self._is_complete, self.describe)
        return list(self.list_replicas())

    def _is_complete(self) -> bool:
        replicas = self.list_replicas()
        if len(replicas) != self.replicas:
            return False
        network = json.loads(run_docker("network", "inspect", self.network))[0]["Containers"]
        addresses = {network[container]["IPv4Address"] for container in replicas}
        url = f"{self.balancer_url}/health"
        answers = [httpx.get(url, trust_env=False, timeout=20) for _ in range(2 * self.replicas)]
        asked = {answer.headers.get("x-replica") for answer in answers}
        return {address.partition("/")[0] for address in addresses} <= asked

    def update(self) -> None:
        """Replace each replica, one after the other, and wait until this is done."""
        run_docker("service", "update", "--force", "--detach", self.service)
        state = ("service", "inspect", "--format={{.UpdateStatus.State}}", self.service)
        wait_until(lambda: run_docker(*state) == "completed", self.describe)

    def list_tasks(self, *options: str) -> list[str]:
        """Return a line for each task of the replicas."""
        form = "--format={{.Name}}: {{.CurrentState}} {{.Error}}"
        return run_docker("service", "ps", "--no-trunc", form, *options, self.service).splitlines()

    def read_logs(self) -> str:
        """Return what the replicas have logged."""
        return run_docker("service", "logs", "--raw", self.service)

    def describe(self) -> str:
        """Return the tasks and their logs."""
        return "\n".join([*self.list_tasks(), self.read_logs()])

    def inspect(self) -> dict[str, Any]:
        """Return what the engine says about each service and container, by its name."""
        services = [f"{self.name}_token-issuer", self.service]
        described = json.loads(run_docker("service", "inspect", *services))
        containers = self._list_containers("token-issuer", "--all")
        containers += self._list_containers("replica", "--all")
        described += json.loads(run_docker("container", "inspect", *containers))
        return {item.get("Name") or item["Spec"]["Name"]: item for item in described}

    def _list_containers(self, service: str, *options: str) -> list[str]:
        label = f"--filter=label=com.docker.swarm.service.name={self.name}_{service}"
        return run_docker("ps", "--no-trunc", "--quiet", label, *options).split()


@contextmanager
def deploy_stack(secret: str, *files: Path, replicas: int = 3, **environ: str) -> Iterator[Stack]:
    """Deploy a stack, and remove it at the end of the block."""
    stack = Stack(replicas=replicas)
    try:
        stack.deploy(secret, *files, **environ)
        yield stack
    finally:
        stack.remove()
