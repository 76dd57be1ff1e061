"""Messages about the keys of a set that are skipped: each once, and bounded."""

from __future__ import annotations

import pytest
from jwt_core import (
    KeySet,
    KeySetFormatError,
    SigningKey,
    encode_jwk,
)
from jwt_core.skipped_keys import MAX_REPORTED_KEYS, SkippedKey, SkippedKeyLog

pytestmark = pytest.mark.requirement("JC-1", "JC-2")


def test_error_about_many_unusable_keys_is_bounded() -> None:
    members = [{"kty": "AKP", "kid": f"{n}" + "x" * 10_000} for n in range(1000)]
    with pytest.raises(KeySetFormatError, match="990 more keys") as caught:
        KeySet.from_document({"keys": members})
    assert len(str(caught.value)) < 5000


def test_log_of_many_skipped_keys_is_bounded(
    key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    members = [{"kty": "AKP", "kid": f"{n}\n\x1b[31m" + "x" * 10_000} for n in range(1000)]
    KeySet.from_document({"keys": [encode_jwk(key.verification_key), *members]})
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == MAX_REPORTED_KEYS + 1
    assert "990 more keys" in messages[-1]
    assert all(len(message) < 400 and message.isprintable() for message in messages)


def test_each_key_is_logged_once_at_any_position(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = SkippedKeyLog("the set")
    members = [{"kty": "AKP", "kid": str(n)} for n in range(3)]
    for order in ([0, 1], [0, 1], [1, 0], [1], [0, 1]):
        log.log([SkippedKey.describe(i, members[n], "why") for i, n in enumerate(order)])
    assert [record.getMessage() for record in caplog.records] == [
        "the set: skipped keys[0] (kid '0'): why",
        "the set: skipped keys[1] (kid '1'): why",
    ]
    log.log([SkippedKey.describe(0, members[2], "why")])
    assert len(caplog.records) == 3


def test_key_is_logged_once_with_its_members_in_any_order(
    key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    log = SkippedKeyLog("the set")
    member = {**encode_jwk(key.verification_key), "alg": "RSA-OAEP"}
    for each in (member, dict(reversed(member.items())), dict(sorted(member.items()))):
        log.log([SkippedKey.describe(0, each, "why")])
    assert len(caplog.records) == 1
    log.log([SkippedKey.describe(0, {**member, "n": member["e"]}, "why")])
    assert len(caplog.records) == 2


@pytest.mark.parametrize("name", ["alg", "use", "kid", "kty", "crv", "n", "key_ops"])
def test_key_with_a_value_that_cannot_be_printed_is_skipped(
    key: SigningKey, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    jwk = encode_jwk(key.verification_key)
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    for value in (nested, 10**5000):  # Python limits nesting and digits of a text
        caplog.clear()
        bad = {**jwk, "kty": "EC" if name == "crv" else "RSA", name: value}
        assert KeySet.from_document({"keys": [bad, jwk]}).keys == (key.verification_key,)
        assert len(caplog.records) == 1


def test_memory_of_the_log_is_bounded(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = SkippedKeyLog("the set")
    many = [SkippedKey.describe(n, {"kid": str(n)}, "why") for n in range(5000)]
    for _ in range(3):
        log.log(many)
    assert len(caplog.records) == MAX_REPORTED_KEYS + 1
    log.log([])
    log.log(many[:1])
    assert len(caplog.records) == MAX_REPORTED_KEYS + 2  # forgotten, and so logged again
