"""Fixtures: images, hosts, and a deployment that is removed after the test."""

import os
import signal
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.deploy.host import Host, find_free_port, run, run_host

ROOT: Final = Path(__file__).resolve().parents[2]
SCRIPT: Final = ROOT / "deploy-token-issuer.sh"
HEALTH: Final = 'CMD ["token-issuer", "health"]'
DEAF_HEALTH: Final = 'CMD ["token-issuer", "health", "--url", "http://127.0.0.1:9"]'
VARIANTS: Final = {
    "old": f"HEALTHCHECK --interval=1s {HEALTH}\nLABEL version=old",
    "new": f"HEALTHCHECK --interval=1s {HEALTH}\nLABEL version=new",
    "unhealthy": f"HEALTHCHECK --interval=1s --retries=2 {DEAF_HEALTH}",
    "crashing": "ENV TOKEN_ISSUER_TTL=nonsense",
    # Ten seconds, so that even a busy machine can interrupt the run in time.
    "slow": f"HEALTHCHECK --interval=10s {HEALTH}",
    "slow-unhealthy": f"HEALTHCHECK --interval=5s --retries=2 {DEAF_HEALTH}",
}


@dataclass(frozen=True)
class Images:
    """Variants of the issuer's image."""

    repository: str
    platform: str

    def __getitem__(self, variant: str) -> str:
        return f"{self.repository}:{variant}"

    def build(self, variant: str, dockerfile: str, *options: str) -> str:
        command = ("docker", "buildx", "build", "--load", "--tag", self[variant], *options, "-")
        run(*command, text=dockerfile)
        return self[variant]


@pytest.fixture(scope="session", autouse=True)
def heed_ctrl_c() -> Iterator[None]:
    """Handle Ctrl-C in this process and its children, even if the shell runs it in background."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@pytest.fixture(scope="session")
def images() -> Iterator[Images]:
    """Build the issuer's image and its variants."""
    server = run("docker", "version", "--format", "{{.Server.Os}}/{{.Server.Arch}}")
    built = Images(f"deploy-test-{uuid.uuid4().hex[:8]}", server)
    bundle = os.environ.get("BUILD_CA_BUNDLE")
    secret = ("--secret", f"id=ca,src={bundle}") if bundle else ()
    dockerfile = ROOT / "packages/dev-only/token-issuer/Dockerfile.dev"
    try:
        run(
            *("docker", "buildx", "build", "--load", "--file", str(dockerfile), *secret),
            *("--target", "simulator", "--tag", built["base"], str(ROOT)),
            timeout=900,
        )
        for variant, lines in VARIANTS.items():
            built.build(variant, f"FROM {built['base']}\n{lines}\n")
        yield built
    finally:
        remove_images(built.repository)


def remove_images(repository: str) -> None:
    listing = run("docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", repository)
    if listing:
        run("docker", "image", "rm", "--force", *listing.split())


@dataclass(frozen=True)
class Outcome:
    """Exit status and output of a run of the script."""

    status: int
    output: str
    errors: str


@dataclass(frozen=True)
class Deployment:
    """A deployment with a unique name and port."""

    name: str
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, host: Host, *arguments: str, bind: str | None = "127.0.0.1") -> list[str]:
        own = ["--name", self.name, "--port", str(self.port)]
        if bind is not None:
            own += ["--bind", bind]
        return [str(SCRIPT), *own, *host.options, *arguments, "root@127.0.0.1"]

    def deploy(self, host: Host, *arguments: str, bind: str | None = "127.0.0.1") -> Outcome:
        outcome = subprocess.run(
            self.command(host, *arguments, bind=bind),
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        return Outcome(outcome.returncode, outcome.stdout, outcome.stderr)

    def list_containers(self) -> list[str]:
        """Return the names of all containers of this deployment, including stopped ones."""
        own = f"name=^/{self.name}(-old|-new)?$"
        listing = run("docker", "container", "ls", "-a", "--format", "{{.Names}}", "--filter", own)
        return sorted(listing.split())

    def inspect(self, form: str) -> str:
        return run("docker", "container", "inspect", "--format", form, self.name)

    @property
    def identity(self) -> str:
        """Text that changes when the container is replaced or restarted."""
        return self.inspect("{{.Id}} {{.State.StartedAt}} {{.State.Running}}")

    @property
    def version(self) -> str:
        return self.inspect('{{index .Config.Labels "version"}}')

    def read_keys(self) -> object:
        answer = httpx.get(f"{self.url}/.well-known/jwks.json", trust_env=False, timeout=10)
        assert answer.status_code == 200
        return answer.json()["keys"]


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    made = Deployment(f"deploy-test-{uuid.uuid4().hex[:8]}", find_free_port())
    yield made
    containers = made.list_containers()
    if containers:
        run("docker", "container", "rm", "--force", *containers)
    volumes = run("docker", "volume", "ls", "--quiet", "--filter", f"name={made.name}").split()
    if volumes:
        run("docker", "volume", "rm", *volumes)
    remove_images(f"localhost/{made.name}")


StartHost = Callable[..., Host]


@pytest.fixture
def start_host(tmp_path: Path) -> Iterator[StartHost]:
    """Return a function that starts a host with the properties of `run_host`."""
    with ExitStack() as stack:

        def start(**properties: object) -> Host:
            directory = tmp_path / f"host-{uuid.uuid4().hex[:8]}"
            return stack.enter_context(run_host(directory, **properties))  # type: ignore[arg-type]

        yield start


@pytest.fixture
def host(start_host: StartHost) -> Host:
    return start_host()
