"""The whole system: the issuer mints tokens, and the proxy forwards requests with valid ones."""

import subprocess
import time
from pathlib import Path
from typing import Final

import httpx
import pytest
from jwt_core import generate_key, sign

from tests.services import Service, Start, flip_last_payload_character, mint

NOW: Final = int(time.time())
GOOD: Final = {
    "iss": "https://issuer.local",
    "aud": "stream-watcher-docker",
    "sub": "alice",
    "iat": NOW,
    "exp": NOW + 600,
}


@pytest.fixture(scope="module")
def issuer(start_shared_issuer: Start) -> Service:
    return start_shared_issuer()


@pytest.fixture(scope="module")
def proxy(start_shared_proxy: Start, issuer: Service) -> Service:
    return start_shared_proxy(issuer)


def call(client: httpx.Client, proxy: Service, token: str) -> httpx.Response:
    return client.get(f"{proxy.url}/orders", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.requirement("OPS-3", "TI-1", "TI-5")
def test_proxy_forwards_request_with_minted_token(
    client: httpx.Client, issuer: Service, proxy: Service
) -> None:
    answer = call(client, proxy, mint(client, issuer, sub="alice"))

    assert answer.status_code == 200
    assert ["x-verified-subject", "alice"] in answer.json()["headers"]


@pytest.mark.requirement("OPS-3")
def test_proxy_rejects_all_other_requests(
    client: httpx.Client, issuer: Service, proxy: Service
) -> None:
    foreign_key = generate_key(kid="dev-key")
    refused = {
        "expired": mint(client, issuer, exp="-1s"),
        "wrong audience": mint(client, issuer, aud="another-service"),
        "wrong issuer": mint(client, issuer, iss="https://accounts.google.com"),
        "foreign key under our kid": sign(GOOD, foreign_key),
        "tampered": flip_last_payload_character(mint(client, issuer)),
        "not a token": "abc",
    }

    answers = {name: call(client, proxy, token) for name, token in refused.items()}
    answers["none"] = client.get(f"{proxy.url}/orders")

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        answers, 401
    )
    assert all("Bearer" in answer.headers["www-authenticate"] for answer in answers.values())


@pytest.mark.requirement("OPS-3", "JC-3")
def test_proxy_accepts_fresh_keys_after_issuer_restart(
    client: httpx.Client, start_issuer: Start, start_proxy: Start
) -> None:
    issuer = start_issuer()
    proxy = start_proxy(issuer)
    old_token = mint(client, issuer)
    assert call(client, proxy, old_token).status_code == 200
    port = httpx.URL(issuer.url).port
    assert issuer.stop() == 0

    restarted = start_issuer(port=port)
    new_token = mint(client, restarted)
    while call(client, proxy, new_token).status_code == 401:
        pass  # until the proxy's cooldown of 0.2 s has passed

    assert call(client, proxy, new_token).status_code == 200
    assert call(client, proxy, old_token).status_code == 401


@pytest.mark.requirement("OPS-3", "TI-6")
def test_old_token_stays_valid_after_restart_with_persisted_keys(
    client: httpx.Client, start_issuer: Start, start_proxy: Start, tmp_path: Path
) -> None:
    keys = str(tmp_path / "keys")
    issuer = start_issuer(PERSIST_KEYS_DIR=keys)
    proxy = start_proxy(issuer)
    old_token = mint(client, issuer)
    port = httpx.URL(issuer.url).port
    assert issuer.stop() == 0

    restarted = start_issuer(port=port, PERSIST_KEYS_DIR=keys)

    assert call(client, proxy, old_token).status_code == 200
    assert call(client, proxy, mint(client, restarted)).status_code == 200


@pytest.mark.requirement("OPS-3")
def test_proxy_answers_503_without_a_key_set(client: httpx.Client, start_proxy: Start) -> None:
    proxy = start_proxy(
        JWT_JWKS_URI="http://127.0.0.1:9/jwks.json"
    )  # the discard port, on which nothing listens

    answer = call(client, proxy, sign(GOOD, generate_key()))

    assert answer.status_code == 503
    assert "retry-after" in answer.headers


@pytest.mark.requirement("PG-1", "PG-2")
def test_proxy_refuses_to_start_in_production(
    base_environ: dict[str, str], proxy_command: str
) -> None:
    environ = {
        **base_environ,
        "NODE_ENV": "production",
        "JWT_JWKS_URI": "http://token-issuer:8081/.well-known/jwks.json",
    }

    refused = subprocess.run(
        [proxy_command], env=environ, capture_output=True, text=True, timeout=60, check=False
    )

    assert refused.returncode == 1
    assert "REFUSED" in refused.stderr
    assert "JWT_JWKS_URI" in refused.stderr
    assert "remedy" in refused.stderr
