# DEV-ONLY: never ship to production.
"""The ring's steps: each starts from a ring and a moment, and nothing else."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from jwt_core import Algorithm, SigningKey, generate_key
from token_issuer.config.choices import KidStyle, RotationMode
from token_issuer.keys.errors import KeyInUseError, NoSuchKeyError
from token_issuer.keys.ring import KeyRing, KeyState, create_ring_key
from token_issuer.keys.rotation import AddPredecessor, EnsureKey, Remove, Rotate, apply_event

T0: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEAD, RETENTION = timedelta(seconds=10), timedelta(seconds=100)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def make_key(algorithm: Algorithm = Algorithm.ES256) -> SigningKey:
    """Make a key that costs nothing; the steps do not look at the kind."""
    return generate_key(algorithm, kid="candidate")


def rotate(
    ring: KeyRing,
    seconds: float,
    mode: RotationMode = RotationMode.GRACEFUL,
    *,
    lead: timedelta = LEAD,
    algorithm: Algorithm = Algorithm.ES256,
) -> KeyRing:
    event = Rotate(
        candidate=make_key(algorithm),
        style=KidStyle.DEV_KEY,
        mode=mode,
        lead=lead,
        retention=RETENTION,
    )
    return apply_event(ring, at(seconds), event)


def states(ring: KeyRing, seconds: float) -> list[str]:
    """Name the state of each key, with * for what the documents show."""
    return [
        f"{key.get_state(at(seconds))}{'*' if key.is_published(at(seconds)) else ''}"
        for key in ring.keys
    ]


def find_signer(ring: KeyRing, seconds: float, algorithm: Algorithm = Algorithm.ES256) -> str:
    signer = ring.find_signer(algorithm, at(seconds))
    assert signer
    return signer.kid


@pytest.fixture
def ring() -> KeyRing:
    return apply_event(KeyRing(()), T0, EnsureKey(make_key(), KidStyle.DEV_KEY))


@pytest.mark.requirement("GO-4")
def test_first_key_is_active_at_once_and_provided_only_once(ring: KeyRing) -> None:
    again = apply_event(ring, at(5), EnsureKey(make_key(), KidStyle.DEV_KEY))

    assert states(ring, 0) == ["active*"]
    assert ring.keys[0].kid == "dev-key"
    assert again is ring


@pytest.mark.requirement("GO-4")
def test_graceful_rotation_publishes_then_signs_then_retires_then_removes(ring: KeyRing) -> None:
    rotated = rotate(ring, 1)

    assert states(rotated, 1) == ["active*", "published*"]
    assert states(rotated, 10.9) == ["active*", "published*"]
    assert states(rotated, 11) == ["retired*", "active*"]
    assert states(rotated, 110.9) == ["retired*", "active*"]
    assert states(rotated, 111) == ["removed", "active*"]
    assert [find_signer(rotated, s) for s in (1, 10.9, 11, 500)] == [
        *("dev-key", "dev-key", "dev-key-2", "dev-key-2")
    ]


@pytest.mark.requirement("GO-4")
def test_emergency_removes_all_others_at_once_and_forgets_them(ring: KeyRing) -> None:
    rotated = rotate(rotate(ring, 1), 20, RotationMode.EMERGENCY)

    assert states(rotated, 20) == ["removed", "removed", "active*"]
    assert [key.signing_key is None for key in rotated.keys] == [True, True, False]
    assert find_signer(rotated, 20) == "dev-key-3"


@pytest.mark.requirement("GO-4")
def test_sign_before_publish_signs_with_a_key_that_nobody_can_know(ring: KeyRing) -> None:
    rotated = rotate(ring, 1, RotationMode.SIGN_BEFORE_PUBLISH)

    assert states(rotated, 1) == ["retired*", "active"]
    assert states(rotated, 11) == ["retired*", "active*"]
    assert find_signer(rotated, 1) == "dev-key-2"


@pytest.mark.requirement("GO-4")
def test_rotations_that_overlap_hand_over_in_their_order(ring: KeyRing) -> None:
    rotated = rotate(rotate(ring, 0), 5)

    assert states(rotated, 9) == ["active*", "published*", "published*"]
    assert states(rotated, 12) == ["retired*", "active*", "published*"]
    assert states(rotated, 16) == ["retired*", "retired*", "active*"]


@pytest.mark.requirement("GO-4")
def test_rotation_with_a_shorter_lead_overtakes_the_one_before(ring: KeyRing) -> None:
    rotated = rotate(rotate(ring, 0), 1, lead=timedelta(0))

    assert states(rotated, 1) == ["retired*", "retired*", "active*"]
    assert find_signer(rotated, 60) == "dev-key-3"


@pytest.mark.requirement("GO-4")
def test_other_algorithms_do_not_rotate_along(ring: KeyRing) -> None:
    ring = apply_event(ring, T0, EnsureKey(make_key(Algorithm.EDDSA), KidStyle.DEV_KEY))

    rotated = rotate(ring, 1, RotationMode.EMERGENCY)

    assert states(rotated, 1) == ["removed", "active*", "active*"]
    assert find_signer(rotated, 1, Algorithm.EDDSA) == "dev-key-2"


@pytest.mark.requirement("GO-4")
def test_clock_behind_the_ring_leaves_it_a_key_to_sign_with(ring: KeyRing) -> None:
    assert find_signer(ring, -3600) == "dev-key"


@pytest.mark.requirement("GO-4")
def test_key_is_removed_by_name(ring: KeyRing) -> None:
    rotated = rotate(ring, 0)

    removed = apply_event(rotated, at(11), Remove("dev-key"))

    assert states(removed, 11) == ["removed", "active*"]
    assert removed.keys[0].signing_key is None


@pytest.mark.requirement("GO-4")
def test_removing_a_key_that_has_not_signed_yet_lets_its_predecessor_go_on(ring: KeyRing) -> None:
    chain = rotate(rotate(ring, 0), 1)  # dev-key until 10, dev-key-2 until 11, dev-key-3

    without_second = apply_event(chain, at(2), Remove("dev-key-2"))
    without_third = apply_event(chain, at(2), Remove("dev-key-3"))

    assert [find_signer(without_second, s) for s in (9, 10.5, 11)] == [
        *("dev-key", "dev-key", "dev-key-3")
    ]
    assert find_signer(without_third, 5000) == "dev-key-2"
    assert states(without_third, 5000) == ["removed", "active*", "removed"]


@pytest.mark.requirement("GO-4")
def test_signing_key_and_unknown_key_cannot_be_removed(ring: KeyRing) -> None:
    with pytest.raises(KeyInUseError, match="'dev-key' is the active signing key; rotate first"):
        apply_event(ring, T0, Remove("dev-key"))
    with pytest.raises(NoSuchKeyError, match="no key is named 'nope'; known keys: dev-key"):
        apply_event(ring, T0, Remove("nope"))
    with pytest.raises(NoSuchKeyError, match=r"'dev_key' \(did you mean dev-key\?\); known keys"):
        apply_event(ring, T0, Remove("dev_key"))
    gone = rotate(ring, 0, RotationMode.EMERGENCY)
    with pytest.raises(NoSuchKeyError, match="known keys: dev-key-2"):
        apply_event(gone, T0, Remove("dev-key"))


@pytest.mark.requirement("GO-4")
def test_names_are_never_given_twice_and_removed_keys_are_remembered_in_number(
    ring: KeyRing,
) -> None:
    for number in range(40):
        ring = rotate(ring, number, RotationMode.EMERGENCY)

    assert ring.keys[-1].kid == "dev-key-41"
    assert len(ring.keys) == 21
    assert len({key.kid for key in ring.keys}) == 21


@pytest.mark.requirement("GO-4")
@pytest.mark.parametrize(
    ("style", "pattern"),
    [
        (KidStyle.DEV_KEY, r"dev-key-2"),
        (KidStyle.THUMBPRINT, r"[A-Za-z0-9_-]{43}"),
        (KidStyle.HEX, r"[0-9a-f]{40}"),
    ],
)
def test_keys_are_named_in_each_style(ring: KeyRing, style: KidStyle, pattern: str) -> None:
    key = make_key(Algorithm.EDDSA)

    named = apply_event(ring, T0, EnsureKey(key, style)).keys[-1]

    assert re.fullmatch(pattern, named.kid)
    assert named.signing_key
    assert named.signing_key.kid == named.kid


@pytest.mark.requirement("GO-4")
def test_predecessor_is_published_beside_the_first_key_and_leaves_in_time(ring: KeyRing) -> None:
    event = AddPredecessor(make_key(), KidStyle.DEV_KEY, RETENTION)

    preceded = apply_event(ring, T0, event)

    assert states(preceded, 0) == ["retired*", "active*"]
    assert states(preceded, 100) == ["removed", "active*"]
    assert find_signer(preceded, 0) == "dev-key"
    assert apply_event(preceded, T0, event) is not None
    assert len(apply_event(preceded, T0, event).keys) == 2


@pytest.mark.requirement("TI-4")
def test_repr_shows_no_key_material(ring: KeyRing) -> None:
    assert "RSA" not in repr(ring)
    assert "signing_key" not in repr(ring)
    assert create_ring_key(make_key(), T0).get_state(T0) is KeyState.ACTIVE
