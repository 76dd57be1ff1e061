# DEV-ONLY: never ship to production.
"""Properties of rings from one seed: equal documents, and clocks that differ."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jwt_core import Algorithm, KeySet, PrivateKey, VerificationPolicy, sign, verify
from token_issuer.config.settings import Settings
from token_issuer.key_documents import KEY_DOCUMENTS
from token_issuer.keys.derivation import derive_private_key
from token_issuer.keys.description import describe_keys
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.seeded_keys import SeededKeys
from token_issuer.keys.seeded_ring import create_seeded_entry, list_epochs
from token_issuer.timing.clock import Clock
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.key_documents import get_keys
from token_issuer.web.request import Request

pytestmark = pytest.mark.requirement("TI-12")

SEED: Final = "a seed of a test, not a secret"
ALGORITHMS: Final = [Algorithm.RS256, Algorithm.ES256, Algorithm.EDDSA]
UTC_TIMES: Final = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001  # hypothesis adds the offset
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001  # likewise
    timezones=st.just(UTC),
)
FACTORS: Final = st.one_of(
    st.sampled_from([1.0, 3.0, 4320.0, 5890.0, 86400.0]),
    st.floats(1, 86400, allow_nan=False),
)
STEPS: Final = st.lists(st.floats(0, 3, allow_nan=False), max_size=4)
POLICY: Final = VerificationPolicy(issuer="i", audience="a", algorithms=frozenset(ALGORITHMS))


class Timeline:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@cache
def derive_rsa_key(number: int) -> PrivateKey:
    return derive_private_key(SEED, "", "RS256", number)


def derive(algorithm: Algorithm, epoch: int) -> PrivateKey:
    """Derive a key; of RSA keys only four differ, because each takes long, and a ring has three."""
    if algorithm is Algorithm.RS256:
        return derive_rsa_key(epoch % 4)
    return derive_private_key(SEED, "", algorithm, epoch)


def build(plan: RotationPlan, clock: Callable[[], datetime]) -> SeededKeys:
    return SeededKeys(derive, ALGORITHMS, plan=plan, clock=clock)


def serve_documents(keys: SeededKeys, factor: float) -> list[Any]:
    """Return the responses to requests for all key documents, with their header fields."""
    now = keys.clock()
    issuer = Issuer(Settings(rotation="google", rotation_factor=factor), keys, Clock(lambda: now))
    request = Request(
        method="GET",
        url_path="/",
        prefix="",
        path="/",
        query=b"",
        fields=[],
        scheme="http",
        address=("127.0.0.1", 8081),
        time=now,
        body=b"",
    )
    documents = [document for document in KEY_DOCUMENTS if not document.is_of_account]
    return [get_keys(document, issuer, request) for document in documents]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(now=UTC_TIMES, factor=FACTORS, steps=STEPS)
def test_processes_with_one_seed_serve_the_same_bytes_at_the_same_time(
    now: datetime, factor: float, steps: list[float]
) -> None:
    """One of both has started earlier, and has followed the clock."""
    plan = RotationPlan.like_google(factor)
    assert plan.period is not None
    times = [now]
    for step in steps:
        times.insert(0, times[0] - step * plan.period)
    clock = Timeline(times[0])
    older = build(plan, clock)
    for clock.now in times:
        older.refresh()
        assert older.view.signers.keys() == {*ALGORITHMS}
    newer = build(RotationPlan.like_google(factor), Timeline(now))

    assert serve_documents(older, factor) == serve_documents(newer, factor)
    assert older.view.next_document_change == newer.view.next_document_change
    assert describe_keys(older) == describe_keys(newer)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(now=UTC_TIMES, factor=FACTORS, skew=st.floats(-0.999, 0.999, allow_nan=False))
def test_clock_that_is_wrong_by_less_than_the_lead_harms_nobody(
    now: datetime, factor: float, skew: float
) -> None:
    """Verify the tokens of one process by the document of another one while it is fresh."""
    plan = RotationPlan.like_google(factor)
    assume(now - datetime(1970, 1, 1, tzinfo=UTC) > plan.lead)
    wrong = Timeline(now + skew * plan.lead)
    signing, publishing = build(plan, wrong), build(plan, Timeline(now))
    fresh_until = publishing.view.next_document_change
    published = KeySet(publishing.view.verification_keys)
    assert fresh_until is not None
    for later in (timedelta(0), fresh_until - now - timedelta(microseconds=1)):
        wrong.now = now + skew * plan.lead + later
        for algorithm in ALGORITHMS:
            key = signing.ensure_key(algorithm)
            claims = {"iss": "i", "aud": "a", "exp": 4_102_444_800 * 3}

            assert verify(sign(claims, key), published, POLICY).claims == claims


@settings(max_examples=100, deadline=None)
@given(now=UTC_TIMES, factor=FACTORS)
def test_ring_has_exactly_the_keys_whose_times_include_now(now: datetime, factor: float) -> None:
    plan = RotationPlan.like_google(factor)
    epochs = list_epochs(plan, now)
    key = derive(Algorithm.EDDSA, 0)
    for epoch in range(max(epochs.start - 2, 0), epochs.stop + 2):
        entry = create_seeded_entry(
            key, Algorithm.EDDSA, epoch, plan=plan, style=Settings().kid_style
        )
        is_published = entry.created_at <= now and entry.is_published(now)
        assert is_published == (epoch in epochs)
        assert entry.active_at - entry.created_at == plan.lead
    assert len(epochs) <= 3
