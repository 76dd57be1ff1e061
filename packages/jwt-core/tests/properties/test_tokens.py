"""Properties of every token: signed tokens verify, and changed tokens do not."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jwt_core import (
    Algorithm,
    InvalidSignatureError,
    KeySet,
    MalformedTokenError,
    SigningKey,
    VerificationError,
    VerificationPolicy,
    base64url,
    sign,
    verify,
)
from jwt_core.jwk import PRIVATE_MEMBERS

pytestmark = pytest.mark.requirement("JC-2")

# Fixtures here are constant keys: sharing them between examples is what is wanted.
relaxed = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    scalars | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
extra_claims = st.dictionaries(text, values, max_size=4)
algorithms = st.sampled_from(Algorithm)


@relaxed
@given(algorithm=algorithms, extra=extra_claims)
def test_signed_claims_come_back_as_they_went_in(
    keys: dict[Algorithm, SigningKey],
    policy: VerificationPolicy,
    claims: dict[str, object],
    algorithm: Algorithm,
    extra: dict[str, object],
) -> None:
    key = keys[algorithm]
    sent = {**extra, **claims, "nbf": policy.clock().timestamp(), "iat": 0, "jti": "1"}
    token = sign(sent, key)
    assert verify(token, KeySet((key.verification_key,)), policy).claims == sent


@relaxed
@given(algorithm=algorithms, data=st.data())
def test_any_flipped_bit_is_refused(
    keys: dict[Algorithm, SigningKey],
    policy: VerificationPolicy,
    claims: dict[str, object],
    algorithm: Algorithm,
    data: st.DataObject,
) -> None:
    key = keys[algorithm]
    token = bytearray(sign(claims, key).encode())
    position = data.draw(st.integers(0, len(token) - 1))
    token[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(VerificationError):
        verify(token.decode("latin-1"), KeySet((key.verification_key,)), policy)


@relaxed
@given(algorithm=algorithms, data=st.data())
def test_any_flipped_bit_of_the_signature_is_an_invalid_signature(
    keys: dict[Algorithm, SigningKey],
    policy: VerificationPolicy,
    claims: dict[str, object],
    algorithm: Algorithm,
    data: st.DataObject,
) -> None:
    key = keys[algorithm]
    head, _, encoded = sign(claims, key).rpartition(".")
    signature = bytearray(base64url.decode(encoded))
    signature[data.draw(st.integers(0, len(signature) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(InvalidSignatureError):
        verify(
            f"{head}.{base64url.encode(bytes(signature))}", KeySet((key.verification_key,)), policy
        )


@relaxed
@given(unverified_token=st.text() | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*", fullmatch=True))
def test_any_text_is_refused_and_never_crashes(
    key: SigningKey, policy: VerificationPolicy, unverified_token: str
) -> None:
    with pytest.raises(MalformedTokenError):
        verify(unverified_token, KeySet((key.verification_key,)), policy)


@relaxed
@given(blanks=st.text("= \t\r\n", min_size=1, max_size=3), data=st.data())
def test_padding_or_blanks_anywhere_are_refused(
    key: SigningKey, policy: VerificationPolicy, token: str, blanks: str, data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, len(token)))
    respelled = token[:position] + blanks + token[position:]
    with pytest.raises(MalformedTokenError):
        verify(respelled, KeySet((key.verification_key,)), policy)


@relaxed
@given(skew=st.integers(-300, 300), leeway=st.integers(0, 120))
def test_token_is_valid_exactly_before_exp_plus_leeway(
    keys: dict[Algorithm, SigningKey],
    policy: VerificationPolicy,
    claims: dict[str, object],
    skew: int,
    leeway: int,
) -> None:
    key = keys[Algorithm.EDDSA]
    token = sign({**claims, "exp": int(policy.clock().timestamp()) + skew}, key)
    tolerant = VerificationPolicy(
        issuer=policy.issuer,
        audience=policy.audience,
        algorithms=policy.algorithms,
        clock=policy.clock,
        leeway=timedelta(seconds=leeway),
    )
    if skew + leeway > 0:
        verify(token, KeySet((key.verification_key,)), tolerant)
    else:
        with pytest.raises(VerificationError):
            verify(token, KeySet((key.verification_key,)), tolerant)


@pytest.mark.requirement("JC-1")
@given(chosen=st.sets(algorithms, min_size=1))
@relaxed
def test_key_set_document_never_holds_a_private_member(
    keys: dict[Algorithm, SigningKey], chosen: set[Algorithm]
) -> None:
    document = KeySet(tuple(keys[algorithm].verification_key for algorithm in chosen)).to_document()
    for member in document["keys"]:
        assert PRIVATE_MEMBERS.isdisjoint(member)
        assert all(type(value) is str for value in member.values())
    assert KeySet.from_document(json.loads(json.dumps(document))).to_document() == document


@given(data=st.binary(max_size=64))
def test_base64url_round_trips(data: bytes) -> None:
    assert base64url.decode(base64url.encode(data)) == data


@given(spelling=st.text("AQgwBz_-+/= \n", max_size=8))
def test_base64url_accepts_one_spelling_only(spelling: str) -> None:
    try:
        data = base64url.decode(spelling)
    except ValueError:
        return
    assert base64url.encode(data) == spelling
