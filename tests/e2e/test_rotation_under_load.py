"""Eight clients mint tokens and call the proxy while the issuer rotates its keys.

Each rotation starts after every client has called the proxy with a token of the previous key, so
the result does not depend on the speed of the machine. The run is short by default. For a long run:
`ROTATIONS=50 ci/test.sh tests/e2e/test_rotation_under_load.py`; `--log-cli-level=INFO` shows the
counts.
"""

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import httpx
import jwt
import pytest

from tests.services import Service, Start, mint

pytestmark = [
    pytest.mark.requirement("GO-4", "JC-3"),
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

CLIENTS: Final = 8
ROTATIONS: Final = int(os.environ.get("ROTATIONS", "5"))
COOLDOWN_S: Final = 1.0

logger = logging.getLogger(__name__)


class Load:
    """Clients that repeatedly mint a token and call the proxy with it.

    Attributes:
        statuses: Number of responses of the proxy by status.
    """

    def __init__(self, issuer: Service, proxy: Service) -> None:
        self.statuses: Counter[int] = Counter()
        self._issuer = issuer
        self._proxy = proxy
        self._is_stopping = False
        self._changed = threading.Condition()
        self._accepted_kids: list[object] = [None] * CLIENTS

    @contextmanager
    def run(self) -> Iterator[None]:
        """Run the clients during the block."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            clients = [pool.submit(self._call_repeatedly, number) for number in range(CLIENTS)]
            try:
                yield
            finally:
                self._is_stopping = True
            for client in clients:
                client.result()

    def await_key(self, kid: str) -> None:
        """Wait until the proxy accepted a token of this key in the latest call of each client."""
        with self._changed:
            assert self._changed.wait_for(lambda: set(self._accepted_kids) == {kid}, timeout=60)

    def _call_repeatedly(self, number: int) -> None:
        with httpx.Client(trust_env=False, timeout=20) as client:
            while not self._is_stopping:
                token = mint(client, self._issuer)
                authorization = {"Authorization": f"Bearer {token}"}
                status = client.get(f"{self._proxy.url}/orders", headers=authorization).status_code
                kid = jwt.get_unverified_header(token)["kid"]
                with self._changed:
                    self.statuses[status] += 1
                    self._accepted_kids[number] = kid if status == 200 else None
                    self._changed.notify_all()


def ask(issuer: Service, method: str, path: str, **body: str) -> Mapping[str, Any]:
    answer = httpx.request(
        method, f"{issuer.url}{path}", json=body or None, timeout=20, trust_env=False
    )
    assert answer.status_code == 200, answer.text
    content: Mapping[str, Any] = answer.json()
    return content


def rotate(issuer: Service, mode: str) -> str:
    return str(ask(issuer, "POST", "/admin/keys/rotate", mode=mode)["kid"])


def count_fetches(issuer: Service) -> int:
    return int(ask(issuer, "GET", "/admin/requests?path=/.well-known/jwks.json")["count"])


def test_no_verification_fails_while_keys_rotate_gracefully(
    start_issuer: Start, start_proxy: Start
) -> None:
    issuer = start_issuer(TOKEN_ISSUER_KEYS_MAX_AGE="1s")  # so a key is published for 2 s first
    load = Load(issuer, start_proxy(issuer))

    begin = time.monotonic()
    with load.run():
        for _ in range(ROTATIONS):
            load.await_key(rotate(issuer, "graceful"))
    lifetimes = int(time.monotonic() - begin)  # of a second each

    fetches = count_fetches(issuer)
    logger.info("%s; JWKS fetched %d times", dict(load.statuses), fetches)
    assert set(load.statuses) == {200}
    assert fetches <= 1 + lifetimes + ROTATIONS  # the first, one per lifetime, one per new key


def test_proxy_recovers_from_each_emergency_rotation(
    start_issuer: Start, start_proxy: Start
) -> None:
    issuer = start_issuer(TOKEN_ISSUER_KEYS_MAX_AGE="1s")
    load = Load(issuer, start_proxy(issuer, JWKS_COOLDOWN_S=str(COOLDOWN_S)))

    begin = time.monotonic()
    with load.run():
        for _ in range(ROTATIONS):
            rotate(issuer, "emergency")
            load.await_key(rotate(issuer, "emergency"))
    cooldowns = int((time.monotonic() - begin) / COOLDOWN_S)

    fetches = count_fetches(issuer)
    logger.info("%s; JWKS fetched %d times", dict(load.statuses), fetches)
    assert set(load.statuses) <= {200, 401}
    assert fetches <= 2 + cooldowns  # independent of the number of tokens with unknown kids
