"""The capacity page: its derivation, its simulation, and the sizes that it assumes."""

from pathlib import Path
from typing import Final

import httpx
import pytest

from benchmarks.capacity.fleet import EMERGENCY, END_S, FLEETS, START_S, Fleet, count_fetches
from benchmarks.capacity.needs import (
    KEY_SET_RESPONSE_BYTES,
    TOKEN_BYTES,
    TOKEN_RESPONSE_BYTES,
    Measured,
    derive_need,
)
from benchmarks.capacity.page import write_page
from benchmarks.record import Record
from tests.services import Start

pytestmark = pytest.mark.requirement("OPS-8")

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
MEASURED: Final = Measured(
    token_cpu_s=0.0007,
    signature_cpu_s=0.0004,
    tokens_per_s=1500,
    key_set_cpu_s=0.0001,
    batch_cpu_s=0.0005,
    process_mb=50,
)


def test_page_is_up_to_date() -> None:
    record = Record.from_json((DOCS / "benchmarks.json").read_text(encoding="utf-8"))
    fetches = {fleet: count_fetches(fleet) for fleet in FLEETS}

    page = write_page(record, fetches, "benchmarks/key-set-fetches.svg")

    assert (DOCS / "capacity.md").read_text(encoding="utf-8") == page, "run ci/bench.sh --render"


def test_need_is_that_of_the_measured_cpu_and_memory() -> None:
    need = derive_need(100_000, MEASURED)

    assert need.cores == pytest.approx(70)
    assert need.signing_cores == pytest.approx(40)
    assert need.replicas == 25  # of four cores, each busy for 70 %
    assert need.memory_gb == pytest.approx(5)


def count_in(fleet: Fleet, start_s: int, end_s: int) -> list[int]:
    return count_fetches(fleet)[start_s - START_S : end_s - START_S]


def test_caches_expire_at_independent_times_while_no_change_is_known() -> None:
    counts = count_in(Fleet(title=""), START_S, 0)

    assert max(counts) < 100
    assert sum(counts) == pytest.approx(2 * 10_000, rel=0.05)  # each once in five minutes


def test_caches_expire_together_once_a_change_is_known() -> None:
    counts = count_in(Fleet(title=""), 0, END_S)

    assert max(counts) == pytest.approx(10_000 * 0.63, rel=0.05)  # got a token within a second


def test_unknown_key_makes_all_verifiers_fetch_after_an_emergency() -> None:
    counts = count_in(Fleet(title="", lifetime_s=86400, rotation=EMERGENCY), 0, END_S)

    assert counts[0] == pytest.approx(10_000 * 0.63, rel=0.05)
    assert sum(counts[:60]) == pytest.approx(10_000, rel=0.01)


def test_verifier_fetches_a_new_key_once() -> None:
    fleet = Fleet(title="", lifetime_s=86400, count=1)

    assert sum(count_in(fleet, 0, END_S)) == 1


def test_responses_have_the_sizes_of_the_page(start_issuer: Start) -> None:
    issuer = start_issuer()
    with httpx.Client(base_url=issuer.url, trust_env=False, timeout=30) as http:
        minted = http.post("/token", json={})
        http.post("/admin/keys/rotate", json={"lead": "0s"})
        keys = http.get("/.well-known/jwks.json")

    assert measure(minted) == pytest.approx(TOKEN_RESPONSE_BYTES, rel=0.03)
    assert len(minted.json()["access_token"]) == pytest.approx(TOKEN_BYTES, rel=0.03)
    assert measure(keys) == pytest.approx(KEY_SET_RESPONSE_BYTES, rel=0.03)


def measure(response: httpx.Response) -> int:
    header = sum(len(name) + len(value) + 4 for name, value in response.headers.raw)
    return len("HTTP/1.1 200 OK\r\n\r\n") + header + len(response.content)
