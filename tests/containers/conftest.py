"""Fixtures: the real compose stack on a real Docker engine; ci/containers.sh provides both."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from tests.clone import Clone, clone_working_tree
from tests.containers.project import MakeProject, Project
from tests.services import read_clean_environ

ROOT: Final = Path(__file__).resolve().parents[2]
PROJECT: Final = "token-issuer-test"
CA_BUNDLE: Final = os.environ.get("BUILD_CA_BUNDLE", "/dev/null")
PERSIST: Final = ("-f", "docker-compose.yaml", "-f", "docker-compose.persist.yaml")

Docker = Callable[..., str]


def run_docker(*arguments: str, timeout_s: float = 100) -> str:
    """Run docker and return its output; fail with its error output."""
    outcome = subprocess.run(
        ["docker", *arguments],
        cwd=ROOT,
        env={**os.environ, "COMPOSE_PROJECT_NAME": PROJECT},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    if outcome.returncode != 0:
        pytest.fail(f"docker {' '.join(arguments)}: {outcome.stderr or outcome.stdout}")
    return outcome.stdout.strip()


def inspect(name: str) -> dict[str, Any]:
    """Return the engine's description of an image or a container."""
    described: list[dict[str, Any]] = json.loads(run_docker("inspect", name))
    return described[0]


def wait_until(condition: Callable[[], bool], *, timeout_s: float = 60) -> bool:
    """Wait until *condition* holds; return whether it did in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


@dataclass(frozen=True)
class Stack:
    """The running stack, on its default ports."""

    files: tuple[str, ...]
    issuer = "http://127.0.0.1:8081"
    proxy = "http://127.0.0.1:8080"

    def compose(self, *arguments: str) -> str:
        return run_docker("compose", *self.files, *arguments)

    def container(self, service: str) -> dict[str, Any]:
        return inspect(self.compose("ps", "--all", "--quiet", service))

    def mint(self, **fields: object) -> str:
        answer = httpx.post(
            f"{self.issuer}/token",
            json=fields,
            headers={"Accept": "text/plain"},
            trust_env=False,
            timeout=20,
        )
        assert answer.status_code == 200, answer.text
        return answer.text

    def call(self, token: str | None) -> httpx.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{self.proxy}/orders", headers=headers, trust_env=False, timeout=20)


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return clone_working_tree(tmp_path_factory)


@pytest.fixture(scope="module")
def make_project(tmp_path_factory: pytest.TempPathFactory, clone: Clone) -> Iterator[MakeProject]:
    """Return a function that makes an empty project, beside a checkout; its stack is removed."""
    made: list[Project] = []

    def make() -> Project:
        parent = tmp_path_factory.mktemp("with a space")
        environ = {
            **read_clean_environ(),
            **clone.git_environ,
            "BUILD_CA_BUNDLE": CA_BUNDLE,
            "COMPOSE_EXPERIMENTAL_GIT_REMOTE": "true",
            "XDG_CACHE_HOME": str(parent / "cache"),
        }
        project = Project(parent / f"orders-{uuid4().hex[:12]}", environ)
        project.folder.mkdir()
        (parent / "repository").symlink_to(clone.folder)
        made.append(project)
        return project

    yield make
    for project in made:
        if (project.folder / "compose.yaml").exists():
            project.run("docker compose down --volumes --timeout 5")


@pytest.fixture(scope="module")
def start_stack() -> Iterator[Callable[..., Stack]]:
    """Return a function that starts the stack like a user; it is removed after the tests."""
    started: list[Stack] = []

    def start(*files: str) -> Stack:
        stack = Stack(files)
        started.append(stack)
        stack.compose("up", "--wait", "--wait-timeout", "90")
        return stack

    yield start
    for stack in started:
        stack.compose("down", "--volumes", "--timeout", "5")


@pytest.fixture
def start_container() -> Iterator[Callable[..., str]]:
    """Return a function that starts a hardened container; it is removed after the test."""
    started: list[str] = []

    def start(image: str, *options: str) -> str:
        hardened = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")
        published = "--publish=127.0.0.1::8081"
        name = run_docker("run", "--detach", *hardened, published, *options, image)
        started.append(name)
        return name

    yield start
    for name in started:
        run_docker("rm", "--force", "--volumes", name)


def find_url(container: str) -> str:
    """Wait until a container responds, and return the URL of its port 8081."""

    def is_up() -> bool:
        try:
            return httpx.get(f"{url}/health", trust_env=False).is_success
        except httpx.TransportError:
            return False

    url = "http://" + run_docker("port", container, "8081").splitlines()[0]
    assert wait_until(is_up), run_docker("logs", container)
    return url
