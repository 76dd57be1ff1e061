"""Three replicas on a real node have the same keys, and no request fails during an update."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.kubernetes_cluster.conftest import Deployed

pytestmark = [pytest.mark.requirement("OPS-8"), pytest.mark.timeout(600)]

KEYS = "/.well-known/jwks.json"


def fetch_keys(url: str) -> bytes:
    response = httpx.get(url + KEYS, timeout=30)
    assert response.status_code == 200
    return response.content


def mint(url: str) -> str:
    response = httpx.post(f"{url}/token", json={"sub": "alice"}, timeout=30)
    assert response.status_code == 200
    token = response.json()["access_token"]
    assert isinstance(token, str)
    return token


def verify(token: str, keys: bytes) -> None:
    claims = jwt.decode(token, KeySet.import_key_set(httpx.Response(200, content=keys).json()))
    assert claims.claims["sub"] == "alice"


def test_token_of_each_replica_verifies_with_the_keys_of_each(deployed: Deployed) -> None:
    urls = deployed.list_pods()
    tokens, keys = [mint(url) for url in urls], [fetch_keys(url) for url in urls]

    assert len(urls) == 3
    assert len(set(keys)) == 1
    for token in tokens:
        verify(token, keys[0])


def test_service_reaches_the_replicas(deployed: Deployed) -> None:
    assert fetch_keys(deployed.service) == fetch_keys(deployed.list_pods()[0])


def test_no_request_fails_while_all_replicas_are_replaced(deployed: Deployed) -> None:
    token, before = mint(deployed.service), set(deployed.list_pods())

    with count_failures([deployed.service] * 4) as failures:
        deployed.kubectl("rollout", "restart", "deployment/token-issuer")
        deployed.wait_for_rollout()
        deployed.wait_until_only_three_remain()

    assert before.isdisjoint(deployed.list_pods())
    assert failures == []
    verify(token, fetch_keys(deployed.service))


def test_replicas_agree_through_a_rotation(deployed: Deployed) -> None:
    """The keys rotate every eight seconds: 8 days divided by the factor 86400."""
    deployed.kubectl("set", "env", "deployment/token-issuer", "TOKEN_ISSUER_ROTATION_FACTOR=86400")
    deployed.wait_for_rollout()
    deployed.wait_until_only_three_remain()
    urls = deployed.list_pods()
    seen: set[bytes] = set()
    deadline = time.monotonic() + 120

    with ThreadPoolExecutor(len(urls)) as pool:
        while len(seen) < 3:
            token = mint(urls[len(seen) % len(urls)])
            for keys in pool.map(fetch_keys, urls):
                verify(token, keys)
                seen.add(keys)
            assert time.monotonic() < deadline, "the keys do not rotate"


@contextmanager
def count_failures(urls: Sequence[str]) -> Iterator[list[str]]:
    """Send requests over new connections while the block runs, and collect the failures."""
    failures: list[str] = []
    is_done = threading.Event()

    def request(url: str) -> None:
        while not is_done.is_set():
            try:
                response = httpx.get(f"{url}/health", timeout=30)
            except httpx.HTTPError as error:
                failures.append(repr(error))
            else:
                if response.status_code != 200:
                    failures.append(str(response.status_code))

    with ThreadPoolExecutor(len(urls)) as pool:
        for url in urls:
            pool.submit(request, url)
        try:
            yield failures
        finally:
            is_done.set()
