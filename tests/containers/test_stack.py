"""The stack of `docker compose up`: valid tokens, bad tokens, hardening and restarts."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from jwt_core import generate_key, sign

from tests.containers.conftest import PERSIST, ROOT, Stack, wait_until
from tests.services import flip_last_payload_character

StartStack = Callable[..., Stack]
SERVICES: Final = ("token-issuer", "proxy", "upstream")


@pytest.fixture(scope="module")
def stack(start_stack: StartStack) -> Stack:
    return start_stack()


@pytest.mark.requirement("OPS-2")
@pytest.mark.parametrize("files", [(), PERSIST], ids=["plain", "persist"])
def test_compose_files_are_valid_without_a_warning(files: tuple[str, ...]) -> None:
    outcome = subprocess.run(
        ["docker", "compose", *files, "--profile", "*", "config", "--quiet"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")


@pytest.mark.requirement("OPS-2", "OPS-3")
def test_proxy_accepts_a_new_token(stack: Stack) -> None:
    answer = stack.call(stack.mint(sub="alice"))

    assert answer.status_code == 200, answer.text
    assert ["x-verified-subject", "alice"] in answer.json()["headers"]


@pytest.mark.requirement("OPS-3")
def test_proxy_rejects_bad_tokens(stack: Stack) -> None:
    now = int(time.time())
    claims = {"iss": "https://issuer.local", "aud": "stream-watcher-docker", "exp": now + 600}
    refused = {
        "none": None,
        "expired": stack.mint(exp="-1s"),
        "wrong audience": stack.mint(aud="another-service"),
        "wrong issuer": stack.mint(iss="https://accounts.google.com"),
        "tampered": flip_last_payload_character(stack.mint()),
        "foreign key under our kid": sign(claims, generate_key(kid="dev-key")),
    }

    statuses = {name: stack.call(token).status_code for name, token in refused.items()}

    assert statuses == dict.fromkeys(refused, 401)


@pytest.mark.requirement("OPS-1", "OPS-2")
@pytest.mark.parametrize("service", SERVICES)
def test_container_is_hardened(stack: Stack, service: str) -> None:
    described = stack.container(service)
    host = described["HostConfig"]

    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert not host["Privileged"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert described["Config"]["User"] == "65532:65532"
    assert [mount for mount in described["Mounts"] if mount["RW"]] == []


@pytest.mark.requirement("OPS-2")
def test_issuer_has_no_mounts(stack: Stack) -> None:
    assert stack.container("token-issuer")["Mounts"] == []


@pytest.mark.requirement("OPS-2")
def test_nothing_listens_on_a_public_address(stack: Stack) -> None:
    published = [
        binding
        for service in SERVICES
        for bindings in stack.container(service)["NetworkSettings"]["Ports"].values()
        for binding in bindings or []
    ]
    # From the kernel: local address, port and state (0A is LISTEN) in hexadecimal.
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [fields[1].split(":") for fields in sockets if fields[3] == "0A"]

    assert {(each["HostIp"], each["HostPort"]) for each in published} == {
        ("127.0.0.1", "8080"),
        ("127.0.0.1", "8081"),
    }
    assert {address for address, port in listening if int(port, 16) in {8080, 8081}} == {"0100007F"}


@pytest.mark.requirement("OPS-3")
def test_proxy_keeps_serving_while_the_issuer_is_down_and_then_recovers(stack: Stack) -> None:
    token = stack.mint()
    assert stack.call(token).status_code == 200

    stack.compose("stop", "token-issuer")
    while_down = stack.call(token).status_code
    stack.compose("up", "--wait", "token-issuer")

    assert while_down == 200
    # The issuer has another key now, which the proxy fetches after its cooldown.
    assert wait_until(lambda: stack.call(stack.mint()).status_code == 200)
    assert stack.call(token).status_code == 401


@pytest.mark.requirement("OPS-3", "PG-1")
def test_proxy_in_production_refuses_to_start_in_the_stack(stack: Stack) -> None:
    outcome = subprocess.run(
        ["docker", "compose", "run", "--rm", "--no-deps", "wall"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert stack.call(stack.mint()).status_code == 200  # the same image with NODE_ENV=docker
    assert outcome.returncode == 1
    assert "[token_issuer_host] JWT_JWKS_URI" in outcome.stderr
    assert "remedy:" in outcome.stderr


@pytest.mark.requirement("OPS-2", "OPS-3", "TI-6")
def test_token_stays_valid_after_a_restart_with_the_key_volume(start_stack: StartStack) -> None:
    stack = start_stack(*PERSIST)
    token = stack.mint()

    stack.compose("rm", "--stop", "--force", "token-issuer")
    stack.compose("up", "--wait")

    assert stack.call(token).status_code == 200
    assert stack.call(stack.mint()).status_code == 200
    mounts = stack.container("token-issuer")["Mounts"]
    assert [(mount["Type"], mount["Destination"]) for mount in mounts] == [("volume", "/keys")]
