# DEV-ONLY: never ship to production.
"""The ring in use: schedule, algorithms, and what is published when."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from jwt_core import Algorithm, SigningKey, generate_key
from token_issuer.errors import KeyDirectoryError
from token_issuer.keys import service
from token_issuer.keys.ring import KeyRing
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.service import KeyService
from token_issuer.keys.storage.store import MemoryStore, RingChange
from token_issuer.keys.stored_keys import StoredKeys

DAY: Final = timedelta(days=1)
START: Final = datetime(2026, 3, 1, tzinfo=UTC)


class Timeline:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


def generate(algorithm: Algorithm) -> SigningKey:
    return generate_key(algorithm, kid="candidate")


def start_service(timeline: Timeline, plan: RotationPlan) -> KeyService:
    service = StoredKeys(MemoryStore(KeyRing(())), plan=plan, clock=timeline, generate=generate)
    service.ensure_initial_keys((Algorithm.RS256,))
    return service


def count_published(service: KeyService) -> int:
    return len(service.view.verification_keys)


@pytest.mark.requirement("GO-4")
@pytest.mark.parametrize("factor", [1, 8640])
def test_schedule_has_the_shape_of_google(timeline: Timeline, factor: float) -> None:
    service = start_service(timeline, RotationPlan.like_google(factor))
    hour = timedelta(hours=1) / factor
    published, seen = [], dict[str, list[datetime]]()
    for _ in range(24 * 40):
        service.refresh()
        published.append(count_published(service))
        for kid in service.view.keys:
            seen.setdefault(kid, []).append(timeline.now)
        timeline.now += hour

    lives = [times[-1] - times[0] for times in list(seen.values())[2:-2]]
    assert published[0] == 2
    assert published[24 * 8 - 1] == 2
    assert published[24 * 8 : 24 * 8 + 18] == [3] * 18
    assert published[24 * 8 + 18] == 2
    assert set(published) == {2, 3}
    assert 0.4 < published.count(3) / (4 * 18 + 1) <= 1.1
    assert all(16.5 * DAY / factor < life < 17 * DAY / factor for life in lives)
    assert lives


@pytest.mark.requirement("GO-4")
def test_schedule_never_signs_with_a_key_before_it_was_published_for_18_hours(
    timeline: Timeline,
) -> None:
    service = start_service(timeline, RotationPlan.like_google(1))
    first_seen = dict.fromkeys(service.view.keys, START - DAY)
    for _ in range(24 * 20):
        timeline.now += timedelta(hours=1)
        service.refresh()
        for key in service.view.verification_keys:
            first_seen.setdefault(key.kid or "", timeline.now)
        assert timeline.now - first_seen[service.view.default_kid] >= timedelta(hours=18)

    assert len(first_seen) == 4


@pytest.mark.requirement("GO-4")
def test_schedule_rotates_once_after_a_long_sleep(timeline: Timeline) -> None:
    service = start_service(timeline, RotationPlan.like_google(1))
    timeline.now += 100 * DAY

    for _ in range(5):
        service.refresh()

    assert service.view.ring.made == 3


@pytest.mark.requirement("GO-3")
def test_next_change_is_the_next_publication_or_removal(timeline: Timeline) -> None:
    service = start_service(timeline, RotationPlan.like_google(1))

    assert service.view.next_document_change == START + 8 * DAY
    timeline.now += 8 * DAY
    service.refresh()
    assert service.view.next_document_change == START + 8 * DAY + timedelta(hours=18)


@pytest.mark.requirement("GO-4")
def test_every_algorithm_rotates_on_schedule(timeline: Timeline) -> None:
    service = start_service(timeline, RotationPlan.like_google(1))
    first = service.ensure_key(Algorithm.ES256)
    timeline.now += 9 * DAY

    service.refresh()
    timeline.now += DAY

    assert service.view.signers[Algorithm.ES256] != first


class FailingStore(MemoryStore):
    """A store on a volume that is full or fails, and stops the service after *polls* polls."""

    def __init__(self, ring: KeyRing, error: Exception, polls: int) -> None:
        super().__init__(ring)
        self._error = error
        self._polls = iter(range(polls - 1))

    service: KeyService

    def update(self, _: RingChange) -> KeyRing:
        """Fail."""
        if next(self._polls, None) is None:
            self.service.__exit__()
        raise self._error


@pytest.mark.requirement("GO-4", "TI-6")
@pytest.mark.parametrize(
    "error", [KeyDirectoryError(Path("keys/ring.json"), "no space left"), RuntimeError("mistake")]
)
def test_rotation_that_fails_at_each_poll_is_logged_once_and_generates_one_key(
    timeline: Timeline,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    monkeypatch.setattr(service, "REFRESH_INTERVAL_S", 0)
    plan = RotationPlan.like_google(1)
    generated: list[Algorithm] = []

    def count_and_generate(algorithm: Algorithm) -> SigningKey:
        generated.append(algorithm)
        return generate(algorithm)

    store = FailingStore(start_service(timeline, plan).view.ring, error, polls=5)
    store.service = StoredKeys(store, plan=plan, clock=timeline, generate=count_and_generate)
    timeline.now += 9 * DAY

    store.service._keep_refreshing()

    (record,) = caplog.records
    assert record.getMessage().startswith("the keys cannot be refreshed and stay as they are")
    if isinstance(error, KeyDirectoryError):
        assert record.getMessage().endswith(f": {error}")
        assert record.exc_info is None
        assert generated == [Algorithm.RS256]
    else:
        assert record.exc_info


@pytest.mark.requirement("GO-4")
def test_key_of_an_algorithm_is_made_when_it_is_first_needed(timeline: Timeline) -> None:
    plan = RotationPlan.on_demand(timedelta(minutes=5), timedelta(minutes=15))
    service = start_service(timeline, plan)

    key = service.ensure_key(Algorithm.EDDSA)

    assert service.ensure_key(Algorithm.EDDSA) is key
    assert {k.algorithm for k in service.view.verification_keys} == {
        Algorithm.RS256,
        Algorithm.EDDSA,
    }
    assert service.view.next_document_change is None


class MeetingClock:
    """A clock whose first reading in each thread waits for that of the other threads."""

    def __init__(self, threads: int) -> None:
        self._barrier = threading.Barrier(threads)
        self._thread = threading.local()

    def __call__(self) -> datetime:
        if not hasattr(self._thread, "has_met"):
            self._thread.has_met = True
            self._barrier.wait()
        return START


@pytest.mark.requirement("GO-4")
def test_threads_that_need_a_key_at_the_same_time_generate_one(timeline: Timeline) -> None:
    generated: list[Algorithm] = []

    def count_and_generate(algorithm: Algorithm) -> SigningKey:
        generated.append(algorithm)
        return generate(algorithm)

    service = StoredKeys(
        MemoryStore(KeyRing(())),
        plan=RotationPlan.on_demand(DAY, DAY),
        clock=timeline,
        generate=count_and_generate,
    )
    service.clock = MeetingClock(4)  # each thread sees a ring without a key before one adds it
    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(service.ensure_key, [Algorithm.ES256] * 4))

    assert generated == [Algorithm.ES256]
    assert {key.kid for key in keys} == {"dev-key"}


class LaggingStore(MemoryStore):
    """A store whose ring stays the old one after a change."""

    def update(self, change: RingChange) -> KeyRing:
        return change(self.ring)


@pytest.mark.requirement("GO-4")
def test_new_key_signs_even_if_the_store_shows_an_older_ring(timeline: Timeline) -> None:
    service = StoredKeys(
        LaggingStore(KeyRing(())),
        plan=RotationPlan.on_demand(DAY, DAY),
        clock=timeline,
        generate=generate,
    )

    assert service.ensure_key(Algorithm.ES256).algorithm is Algorithm.ES256


@pytest.mark.requirement("GO-4")
def test_rotation_on_demand_outlasts_caches_and_tokens(timeline: Timeline) -> None:
    plan = RotationPlan.on_demand(timedelta(minutes=5), timedelta(minutes=15))
    service = start_service(timeline, plan)

    entry = service.rotate()

    assert entry.active_at == START + timedelta(minutes=5, seconds=1)
    assert service.view.ring.keys[0].removed_at == entry.active_at + timedelta(minutes=20)


def test_key_made_in_advance_is_used_once(timeline: Timeline) -> None:
    pregenerated = generate(Algorithm.RS256)
    service = StoredKeys(
        MemoryStore(KeyRing(())),
        plan=RotationPlan.on_demand(DAY, DAY),
        clock=timeline,
        generate=generate,
        pregenerated={Algorithm.RS256: pregenerated},
    )

    first = service.ensure_key(Algorithm.RS256)
    service.rotate(lead=timedelta(0))

    assert first.private_key is pregenerated.private_key
    assert service.ensure_key(Algorithm.RS256).private_key is not pregenerated.private_key


@pytest.mark.requirement("GO-4")
def test_directory_is_read_often_enough_for_replicas_to_agree_within_a_second() -> None:
    assert service.REFRESH_INTERVAL_S <= 0.5
