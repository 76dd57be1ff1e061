import copy
import pickle
from typing import Final

import jwt_core
import pytest
from jwt_core import (
    InvalidClaimError,
    InvalidSignatureError,
    JwtError,
    KeySetUnavailableError,
    MissingClaimError,
    UnknownKeyError,
    VerificationError,
)
from jwt_core.remote.fetching import FetchError

ERRORS: Final = [
    value
    for value in vars(jwt_core).values()
    if isinstance(value, type) and issubclass(value, JwtError)
] + [FetchError]


@pytest.mark.requirement("JC-2")
def test_each_error_has_a_code_of_its_own() -> None:
    assert len({error.code for error in ERRORS}) == len(ERRORS)


@pytest.mark.requirement("JC-2")
def test_attributes_carry_what_a_handler_needs() -> None:
    claim = InvalidClaimError("aud", "is wrong")
    assert (claim.claim, claim.reason, str(claim)) == ("aud", "is wrong", "claim 'aud' is wrong")
    assert MissingClaimError("exp").claim == "exp"
    unavailable = KeySetUnavailableError("https://a.example", "status 500")
    assert (unavailable.jwks_uri, unavailable.reason) == ("https://a.example", "status 500")


@pytest.mark.requirement("JC-2")
@pytest.mark.parametrize("kid", ["\x1b[31mforged log line\n", None])
def test_unknown_kid_is_an_attribute_and_not_in_the_message(kid: str | None) -> None:
    error = UnknownKeyError(kid)
    assert error.kid == kid
    assert "forged" not in str(error)
    assert isinstance(error, VerificationError)


@pytest.mark.requirement("JC-2")
@pytest.mark.parametrize(
    "error",
    [
        KeySetUnavailableError("https://a.example", "status 500"),
        UnknownKeyError("key-1"),
        UnknownKeyError(None),
        InvalidClaimError("aud", "is wrong"),
        MissingClaimError("exp"),
        InvalidSignatureError("does not verify"),
        FetchError("status 500"),
    ],
    ids=repr,
)
def test_error_can_be_pickled(error: JwtError) -> None:
    protocols = range(pickle.HIGHEST_PROTOCOL + 1)
    copies = [pickle.loads(pickle.dumps(error, protocol)) for protocol in protocols]  # noqa: S301  # our own
    for each in (*copies, copy.copy(error), copy.deepcopy(error)):
        assert type(each) is type(error)
        assert str(each) == str(error)
        assert vars(each) == vars(error)
