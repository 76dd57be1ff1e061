"""The profile `google` of the compose stack: services reach the issuer at Google's names."""

import json
import subprocess
from collections.abc import Callable
from typing import Final

import pytest

from tests.containers.conftest import PROJECT, Stack, wait_until

pytestmark = pytest.mark.requirement("GO-6")

StartStack = Callable[..., Stack]

VARIABLES: Final = {
    "HTTPS_PROXY": "http://google:3128",
    "HTTP_PROXY": "http://google:3128",
    "SSL_CERT_FILE": "/tls/ca.pem",
}
FETCH: Final = """
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=20) as response:
    print(response.headers["X-Dev-Only"], response.read().decode())
"""


@pytest.fixture(scope="module")
def stack(start_stack: StartStack) -> Stack:
    return start_stack("--profile", "google")


def run_client(url: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Fetch *url* by a service of the stack: a container in its network, with the volume."""
    environ = {**VARIABLES, **variables}
    return subprocess.run(
        [
            *("docker", "run", "--rm", "--read-only", "--cap-drop=ALL"),
            *(f"--network={PROJECT}_default", f"-v={PROJECT}_google-ca:/tls:ro"),
            *(f"--env={name}={value}" for name, value in environ.items()),
            *("--entrypoint=python3", "reference-proxy", "-c", FETCH, url),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_service_fetches_the_keys_of_google_from_the_issuer(stack: Stack) -> None:
    fetched = run_client("https://www.googleapis.com/oauth2/v3/certs")

    assert fetched.returncode == 0, fetched.stderr
    mark, _, keys = fetched.stdout.partition(" ")
    assert mark == "token-issuer"
    health = stack.compose("exec", "--no-TTY", "token-issuer", "token-issuer", "health")
    assert health.endswith(f"signs with kid {json.loads(keys)['keys'][0]['kid']}")


def test_service_reaches_the_metadata_server(stack: Stack) -> None:
    fetched = run_client("http://metadata.google.internal/health")

    assert fetched.returncode == 0, fetched.stderr
    assert fetched.stdout.startswith("token-issuer ")


@pytest.mark.parametrize("url", ["https://pypi.org/", "https://upstream:8000/"])
def test_other_names_are_refused_with_the_remedy(stack: Stack, url: str) -> None:
    refused = run_client(url)

    assert refused.returncode == 1
    assert "is not a name that the issuer answers; to reach it, allow it: --allow" in refused.stderr


def test_service_that_does_not_trust_the_authority_is_not_deceived(stack: Stack) -> None:
    refused = run_client("https://www.googleapis.com/oauth2/v3/certs", SSL_CERT_FILE="")

    assert refused.returncode == 1
    assert "CERTIFICATE_VERIFY_FAILED" in refused.stderr


@pytest.mark.requirement("OPS-1", "OPS-2")
def test_container_is_hardened_and_publishes_no_port(stack: Stack) -> None:
    described = stack.container("google")
    host = described["HostConfig"]

    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert described["Config"]["User"] == "65532:65532"
    assert [mount["Destination"] for mount in described["Mounts"] if mount["RW"]] == ["/tls"]
    assert not any(described["NetworkSettings"]["Ports"].values())


@pytest.mark.requirement("OPS-3")
def test_proxy_recovers_with_a_new_authority(stack: Stack) -> None:
    def fetches() -> bool:
        return run_client("https://www.googleapis.com/oauth2/v1/certs").returncode == 0

    assert fetches()
    stack.compose("restart", "google")

    assert wait_until(fetches)


@pytest.mark.requirement("PG-1", "TI-10")
def test_production_is_refused(stack: Stack) -> None:
    outcome = subprocess.run(
        [
            *("docker", "run", "--rm", "--read-only", "--env=NODE_ENV=production"),
            *("token-issuer", "front", "--url", "http://token-issuer:8081"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert outcome.returncode == 1
    assert "refusing to run in production" in outcome.stderr
