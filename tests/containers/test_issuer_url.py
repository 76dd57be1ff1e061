"""One issuer URL for clients inside and outside of the stack, as in the compose guide."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.containers.conftest import PROJECT, Stack
from tests.docs.pages import find_blocks
from tests.machine import INSTALL_TIMEOUT_S
from tests.oidc_clients.clients import AUDIENCE, NONCE, RefusedError, run_program
from tests.oidc_clients.installing import GO_CLIENT, Runtime, install
from tests.services import flip_last_payload_character

pytestmark = pytest.mark.requirement("OPS-2", "TI-11")

ISSUER_URL: Final = "http://token-issuer:8081"
HOSTS_ENTRY: Final = "token-issuer:127.0.0.1"
MINT: Final = f"""
import urllib.request as r
request = r.Request("{ISSUER_URL}/token", b"", {{"Accept": "text/plain"}})
print(r.urlopen(request).read().decode())
"""
# The options of Docker for each place of a client.
PLACES: Final = {
    "inside": (f"--network={PROJECT}_default",),
    # In the network of the host, with the line of the guide in its /etc/hosts.
    "outside": ("--network=host", f"--add-host={HOSTS_ENTRY}"),
}


@pytest.fixture(scope="module")
def stack(start_stack: Callable[..., Stack], tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """Start the stack with the file of the guide, and with one more issuer."""
    folder = tmp_path_factory.mktemp("compose")
    (block,) = find_blocks("yaml", "stack")
    guide = folder / "docker-compose.issuer-url.yaml"
    guide.write_text(block.text, encoding="utf-8")
    profiles = folder / "profiles.toml"
    profiles.write_text("[issuers.staff]\n", encoding="utf-8")
    profiles.chmod(0o644)
    named = folder / "docker-compose.named.yaml"
    service = {
        "environment": {"TOKEN_ISSUER_PROFILES": "/profiles.toml"},
        "volumes": [f"{profiles}:/profiles.toml:ro"],
    }
    named.write_text(json.dumps({"services": {"token-issuer": service}}), encoding="utf-8")
    files = ("docker-compose.yaml", str(guide), str(named))
    return start_stack(*(option for file in files for option in ("--file", file)))


@pytest.fixture(scope="module")
def client() -> Path:
    """Return the client of go-oidc, a static binary."""
    install(Runtime.GO)
    return GO_CLIENT


@pytest.mark.timeout(INSTALL_TIMEOUT_S + 120)  # builds the client
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("path", ["", "/staff"])
def test_client_verifies_a_token(stack: Stack, client: Path, place: str, path: str) -> None:
    issuer_url = ISSUER_URL + path
    answer = httpx.post(f"{stack.issuer}{path}/token", json={"sub": "alice"}, trust_env=False)
    token = answer.json()["access_token"]
    command = [
        *("docker", "run", "--rm", "--interactive", "--init", "--read-only", "--cap-drop=ALL"),
        *(*PLACES[place], f"--volume={client}:/client:ro", "--entrypoint=/client"),
        *("reference-proxy", issuer_url, AUDIENCE, NONCE),
    ]

    with run_program(command) as program:
        discovered = program.read()
        claims = program.verify(token)
        with pytest.raises(RefusedError, match="failed to verify signature"):
            program.verify(flip_last_payload_character(token))

    assert discovered["issuer"] == issuer_url
    assert (claims["iss"], claims["sub"]) == (issuer_url, "alice")


def test_proxy_accepts_tokens_from_inside_and_outside(stack: Stack) -> None:
    inside = stack.compose("exec", "--no-TTY", "proxy", "python3", "-c", MINT)

    answers = {"inside": stack.call(inside), "outside": stack.call(stack.mint())}

    assert {place: answer.status_code for place, answer in answers.items()} == dict.fromkeys(
        PLACES, 200
    )
