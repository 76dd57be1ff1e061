from typing import Any, Final

import pytest
from jwt_core import (
    InvalidClaimError,
    MissingClaimError,
    TokenExpiredError,
    TokenNotYetValidError,
    VerificationError,
)
from jwt_core.claims import validate_claims

pytestmark = pytest.mark.requirement("JC-2")

NOW: Final = 1_000_000.0
VALID: Final = {"iss": "issuer", "aud": "api", "exp": NOW + 60}


def validate(claims: dict[str, Any], *, leeway: float = 0) -> None:
    validate_claims(
        claims, issuer="issuer", audiences=frozenset({"api", "web"}), now=NOW, leeway=leeway
    )


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"exp": NOW + 0.001},
        {"exp": 10**400},
        {"nbf": NOW},
        {"nbf": -(10**400)},
        {"iat": NOW},
        {"nbf": 0, "iat": 0.5},
        {"aud": ["other", "web"]},
        {"sub": "", "jti": "1"},
        {"custom": None},
    ],
)
def test_claims_within_bounds_are_accepted(change: dict[str, Any]) -> None:
    validate({**VALID, **change})


@pytest.mark.parametrize("claim", ["exp", "iss", "aud"])
def test_missing_claim_is_refused_by_name(claim: str) -> None:
    with pytest.raises(MissingClaimError) as caught:
        validate({name: value for name, value in VALID.items() if name != claim})
    assert caught.value.claim == claim


@pytest.mark.parametrize(
    ("claim", "value", "error"),
    [
        ("exp", NOW, TokenExpiredError),  # "on or after", RFC 7519 §4.1.4
        ("exp", 0, TokenExpiredError),
        ("exp", -(10**400), TokenExpiredError),
        ("nbf", NOW + 0.001, TokenNotYetValidError),
        ("nbf", 10**400, TokenNotYetValidError),
        ("iat", NOW + 1, TokenNotYetValidError),
        ("exp", None, InvalidClaimError),
        ("exp", True, InvalidClaimError),
        ("exp", str(NOW + 60), InvalidClaimError),
        ("exp", [NOW + 60], InvalidClaimError),
        ("exp", float("nan"), InvalidClaimError),
        ("exp", float("inf"), InvalidClaimError),
        ("nbf", "0", InvalidClaimError),
        ("nbf", None, InvalidClaimError),
        ("nbf", float("-inf"), InvalidClaimError),
        ("iat", False, InvalidClaimError),
        ("iat", {}, InvalidClaimError),
        ("iss", "Issuer", InvalidClaimError),
        ("iss", "issuer/", InvalidClaimError),
        ("iss", "", InvalidClaimError),
        ("iss", ["issuer"], InvalidClaimError),
        ("iss", None, InvalidClaimError),
        ("aud", "API", InvalidClaimError),
        ("aud", "", InvalidClaimError),
        ("aud", "api,web", InvalidClaimError),
        ("aud", [], InvalidClaimError),
        ("aud", ["other"], InvalidClaimError),
        ("aud", ["api", 1], InvalidClaimError),
        ("aud", [["api"]], InvalidClaimError),
        ("aud", {"api": 1}, InvalidClaimError),
        ("aud", None, InvalidClaimError),
        ("sub", 7, InvalidClaimError),
        ("sub", None, InvalidClaimError),
        ("jti", ["1"], InvalidClaimError),
    ],
)
def test_claim_out_of_bounds_is_refused(
    claim: str, value: object, error: type[VerificationError]
) -> None:
    with pytest.raises(error) as caught:
        validate({**VALID, claim: value})
    if isinstance(caught.value, InvalidClaimError):
        assert caught.value.claim == claim


@pytest.mark.parametrize(
    "change", [{"exp": NOW - 4.9}, {"nbf": NOW + 5}, {"iat": NOW + 5}, {"exp": 10**400}]
)
def test_leeway_excuses_skew(change: dict[str, Any]) -> None:
    validate({**VALID, **change}, leeway=5)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"exp": NOW - 5}, TokenExpiredError),
        ({"nbf": NOW + 5.1}, TokenNotYetValidError),
        ({"iat": NOW + 5.1}, TokenNotYetValidError),
    ],
)
def test_leeway_ends_where_it_says(change: dict[str, Any], error: type[VerificationError]) -> None:
    with pytest.raises(error):
        validate({**VALID, **change}, leeway=5)
