"""Third-party verifiers accept the issuer's tokens over HTTP and reject bad ones."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import httpx
import jwt
import pytest

from tests.e2e.verifiers import (
    NODE_VERIFIERS,
    PYTHON_VERIFIERS,
    RefusedError,
    Target,
    Verify,
    install_node_project,
    run_node_verifier,
)
from tests.once import make_once
from tests.services import Service, Start, find_free_port, flip_last_payload_character, mint

Connect = Callable[[Target], Verify]
ALL_VERIFIERS: Final = [*PYTHON_VERIFIERS, *NODE_VERIFIERS]


@pytest.fixture(scope="session")
def node_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_once(tmp_path_factory, "node", install_node_project) / "project"


@pytest.fixture(params=ALL_VERIFIERS)
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Return a function that configures one third-party verifier."""
    if request.param in PYTHON_VERIFIERS:
        yield PYTHON_VERIFIERS[request.param]
        return
    project = request.getfixturevalue("node_project")
    with ExitStack() as stack:
        yield lambda target: stack.enter_context(run_node_verifier(project, request.param, target))


def start_target(start: Start) -> Target:
    """Start an issuer with Google's profile whose `iss` is its URL, as openid-client requires."""
    port = find_free_port()
    url = f"http://127.0.0.1:{port}"
    start(
        port=port,
        TOKEN_ISSUER_ISSUER=url,
        TOKEN_ISSUER_PROFILE="google",
        TOKEN_ISSUER_KEYS_MAX_AGE="1s",
    )
    return Target(url, issuer=url)


@pytest.fixture(scope="module")
def target(start_shared_issuer: Start) -> Target:
    """Return an issuer for all tests that do not change its keys."""
    return start_target(start_shared_issuer)


@pytest.fixture
def rotating_target(start_issuer: Start) -> Target:
    """Return an issuer for a test that rotates its keys."""
    return start_target(start_issuer)


@pytest.mark.requirement("GO-1", "TI-2", "TI-5")
def test_foreign_verifier_accepts_minted_token(
    client: httpx.Client, target: Target, connect: Connect
) -> None:
    verify = connect(target)

    assert verify(mint(client, target, sub="alice"))["sub"] == "alice"


@pytest.mark.requirement("GO-1", "TI-3")
def test_foreign_verifier_rejects_expired_and_tampered_token(
    client: httpx.Client, target: Target, connect: Connect
) -> None:
    verify = connect(target)
    verify(mint(client, target))

    with pytest.raises(RefusedError):
        verify(mint(client, target, exp="-10m"))  # some verifiers allow a leeway of 5 min
    with pytest.raises(RefusedError):
        verify(flip_last_payload_character(mint(client, target)))
    with pytest.raises(RefusedError):
        verify(mint(client, target, aud="another-service"))


def read_kid(token: str) -> str:
    kid: str = jwt.get_unverified_header(token)["kid"]
    return kid


@pytest.mark.slow  # each of the seven verifiers waits 2 s until the new key signs
@pytest.mark.requirement("GO-4")
def test_foreign_verifier_accepts_all_tokens_during_a_graceful_rotation(
    client: httpx.Client, rotating_target: Target, connect: Connect
) -> None:
    target = rotating_target
    verify = connect(target)
    first = mint(client, target)
    verify(first)
    rotated = client.post(f"{target.url}/admin/keys/rotate", json={}).json()
    signers = [read_kid(first)]
    while signers.count(rotated["kid"]) < 10:  # the new key signs after 2 s
        token = mint(client, target)
        verify(token)
        verify(first)
        signers.append(read_kid(token))
        time.sleep(0.1)

    assert signers[0] != signers[-1]
    assert len(set(signers)) == 2


@pytest.mark.requirement("GO-4")
def test_client_that_trusts_max_age_fails_when_a_key_signs_before_it_is_published(
    client: httpx.Client, rotating_target: Target, node_project: Path
) -> None:
    """Check that a wrong rotation is detected, so that the test above is meaningful."""
    target = rotating_target
    with run_node_verifier(node_project, "google-auth-library", target) as verify:
        verify(mint(client, target))
        body = {"mode": "sign-before-publish", "lead": "1h"}
        assert client.post(f"{target.url}/admin/keys/rotate", json=body).is_success

        with pytest.raises(RefusedError, match="No pem found for envelope"):
            verify(mint(client, target))


@pytest.mark.requirement("GO-2", "TI-1")
def test_openid_client_finds_the_endpoints_and_gets_a_token(
    target: Target, node_project: Path
) -> None:
    with run_node_verifier(node_project, "openid-client", target) as verify:
        granted = verify("grant")
        claims = verify(granted["token"])

    assert granted["scope"] == "read"
    assert 3590 <= granted["expires_in"] <= 3600
    assert claims["azp"] == "app"


@pytest.fixture(scope="module")
def plain_issuer(start_shared_issuer: Start) -> Service:
    return start_shared_issuer()


@pytest.mark.requirement("TI-2", "TI-5")
@pytest.mark.parametrize("path", ["/.well-known/jwks.json", "/certs", "/oauth2/v3/certs"])
def test_plain_token_verifies_at_each_path(
    client: httpx.Client, plain_issuer: Service, path: str
) -> None:
    issuer = plain_issuer
    token = mint(client, issuer, sub="alice")
    key = jwt.PyJWKClient(issuer.url + path).get_signing_key_from_jwt(token)

    claims = jwt.decode(
        token, key, ["RS256"], audience="stream-watcher-docker", issuer="https://issuer.local"
    )

    assert claims["sub"] == "alice"
