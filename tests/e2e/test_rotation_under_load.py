"""Eight clients mint and call the proxy while the issuer rotates its keys.

The run is short by default. The long one is `ROTATION_LOAD_S=60 ROTATION_EVERY_S=5`, and
`--log-cli-level=INFO` shows the figures.
"""

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import jwt
import pytest

from tests.services import Service, Start, mint

CLIENTS = 8
LOAD_S = float(os.environ.get("ROTATION_LOAD_S", "12"))
EVERY_S = float(os.environ.get("ROTATION_EVERY_S", "1.5"))
COOLDOWN_S = 1.0
SLACK_S = 0.5  # for requests that were on their way, on a busy machine


logger = logging.getLogger(__name__)


@dataclass
class Tally:
    """What the clients saw.

    Attributes:
        statuses: How often each status came.
        kids: How many tokens each key signed.
        failures: When a verification failed, in seconds of the monotonic clock.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    kids: Counter[str] = field(default_factory=Counter)
    failures: list[float] = field(default_factory=list)


def call_until(stop: threading.Event, issuer: Service, proxy: Service, tally: Tally) -> None:
    with httpx.Client(trust_env=False, timeout=20) as client:
        while not stop.is_set():
            token = mint(client, issuer)
            status = client.get(
                f"{proxy.url}/orders", headers={"Authorization": f"Bearer {token}"}
            ).status_code
            tally.statuses[status] += 1
            tally.kids[jwt.get_unverified_header(token)["kid"]] += 1
            if status != 200:
                tally.failures.append(time.monotonic())


def load(issuer: Service, proxy: Service, rotate_for_a_while: Callable[[], None]) -> Tally:
    """Let the clients call while *rotate_for_a_while* runs."""
    stop, tallies = threading.Event(), [Tally() for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(call_until, stop, issuer, proxy, tally) for tally in tallies]
        try:
            rotate_for_a_while()
        finally:
            stop.set()
        for client in clients:
            client.result()
    total = Tally()
    for tally in tallies:
        total.statuses += tally.statuses
        total.kids += tally.kids
        total.failures += tally.failures
    return total


def rotate(issuer: Service, **body: str) -> None:
    answer = httpx.post(f"{issuer.url}/admin/keys/rotate", json=body, timeout=20, trust_env=False)
    assert answer.status_code == 200, answer.text


@pytest.mark.requirement("GO-4", "JC-3")
@pytest.mark.timeout(60 + LOAD_S)
def test_no_verification_fails_while_keys_rotate_gracefully(
    start_issuer: Start, start_proxy: Start
) -> None:
    issuer = start_issuer(TOKEN_ISSUER_KEYS_MAX_AGE="1s")  # so a key is published for 2 s first
    proxy = start_proxy(issuer)
    rounds = int(LOAD_S / EVERY_S)

    def rotate_steadily() -> None:
        for _ in range(rounds):
            time.sleep(EVERY_S)
            rotate(issuer)
        time.sleep(3)  # until the last key signs

    started_s = time.monotonic()
    tally = load(issuer, proxy, rotate_steadily)
    lifetimes = time.monotonic() - started_s  # of a second each

    fetched = httpx.get(f"{issuer.url}/admin/requests?path=/.well-known/jwks.json").json()["count"]
    logger.info(
        "%d calls: %s; %d keys, JWKS fetched %d times",
        *(tally.statuses.total(), dict(tally.statuses), len(tally.kids), fetched),
    )
    assert set(tally.statuses) == {200}, tally.statuses
    assert len(tally.kids) == rounds + 1
    assert tally.statuses.total() > 20 * CLIENTS
    assert fetched <= rounds + lifetimes + 4  # a fetch for each new key, and for each lifetime


@pytest.mark.requirement("GO-4", "JC-3")
@pytest.mark.timeout(60 + LOAD_S)
def test_failures_of_emergency_rotations_are_bounded_by_the_cooldown(
    start_issuer: Start, start_proxy: Start
) -> None:
    issuer = start_issuer(TOKEN_ISSUER_KEYS_MAX_AGE="1s")
    proxy = start_proxy(issuer, JWKS_COOLDOWN_S=str(COOLDOWN_S))
    rounds = max(int(LOAD_S / (3 * COOLDOWN_S)), 2)
    rotated_at: list[float] = []

    def rotate_twice_in_a_cooldown() -> None:
        for _ in range(rounds):
            time.sleep(2 * COOLDOWN_S)
            rotate(issuer, mode="emergency")
            rotated_at.append(time.monotonic())
            time.sleep(
                COOLDOWN_S / 3
            )  # by now the proxy has fetched, and waits before it may again
            rotate(issuer, mode="emergency")
            rotated_at.append(time.monotonic())
        time.sleep(2 * COOLDOWN_S)

    tally = load(issuer, proxy, rotate_twice_in_a_cooldown)

    delays = [
        failed - max(moment for moment in rotated_at if moment - SLACK_S <= failed)
        for failed in tally.failures
    ]
    logger.info(
        "%d calls: %s; %d rotations, the last failure %.2f s after one",
        *(tally.statuses.total(), dict(tally.statuses), 2 * rounds, max(delays, default=0)),
    )
    assert set(tally.statuses) == {200, 401}, tally.statuses
    assert max(delays) <= COOLDOWN_S + SLACK_S
    assert tally.statuses[401] < tally.statuses[200]
