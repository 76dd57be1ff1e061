"""The two lines of the guide that build the issuer's image from a URL and run it."""

import subprocess
from collections.abc import Iterator
from typing import Final

import httpx
import pytest

from tests.clone import Clone
from tests.containers.conftest import CA_BUNDLE, wait_until
from tests.docs.pages import find_blocks
from tests.services import find_free_port, read_clean_environ

pytestmark = [pytest.mark.requirement("OPS-1", "OPS-7"), pytest.mark.timeout(400)]

URL: Final = "https://git.example.com/team/repository.git"


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environ = read_clean_environ()
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture
def served(clone: Clone) -> Iterator[str]:
    """Serve the clone to the engine, which does not read the settings of our git; yield its URL."""
    port = find_free_port()
    options = ["--export-all", "--listen=127.0.0.1", f"--port={port}"]
    command = ["git", "daemon", *options, f"--interpolated-path={clone.folder}/.git"]
    url = f"git://127.0.0.1:{port}/repository.git"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as daemon:
        listing = ["git", "ls-remote", url]
        assert wait_until(lambda: run(listing).returncode == 0)
        yield url
        daemon.terminate()


def test_image_is_built_from_a_url_and_runs(served: str) -> None:
    (block,) = find_blocks("sh", "docker")
    port = find_free_port()
    build, start = block.text.replace("127.0.0.1:8081", f"127.0.0.1:{port}").splitlines()
    build = build.replace("docker build", f"docker build --quiet --secret id=ca,src={CA_BUNDLE}")

    def is_up() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).is_success
        except httpx.TransportError:
            return False

    assert URL in build
    built = run(build.replace(URL, served).split())
    assert built.returncode == 0, built.stderr
    with subprocess.Popen(start.split(), stderr=subprocess.PIPE, text=True) as running:
        up = wait_until(is_up)
        running.terminate()
        _, errors = running.communicate(timeout=60)

    assert up, errors
