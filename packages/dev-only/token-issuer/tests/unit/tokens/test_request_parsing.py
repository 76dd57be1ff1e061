# DEV-ONLY: never ship to production.
from typing import Any

import msgspec
import pytest
from token_issuer.errors import TokenRequestError
from token_issuer.tokens.messages import FIELDS
from token_issuer.tokens.request_parsing import combine_pairs, convert_parameters


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], {}),
        ([("sub", "alice"), ("aud", "a")], {"sub": "alice", "aud": "a"}),
        ([("aud", "a"), ("aud", "b")], {"aud": ["a", "b"]}),
        ([("sub", ""), ("aud", "a")], {"aud": "a"}),
        ([("exp", "1900000000"), ("now", "19.5")], {"exp": 1900000000, "now": 19.5}),
        ([("exp", "-5m")], {"exp": "-5m"}),
        ([("claims", '{"a": 1}')], {"claims": {"a": 1}}),
        ([("zzz", "5")], {"zzz": "5"}),
    ],
)  # fmt: skip
def test_pairs_are_combined_and_typed(
    pairs: list[tuple[str, str]], expected: dict[str, Any]
) -> None:
    assert combine_pairs(pairs) == expected


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("sub", "a"), ("sub", "b")], "sub: given 2 times; only aud and resource may be repeated"),
        ([("sub", ""), ("sub", "")], "sub: given 2 times"),
        ([("claims", "5")], "claims: expected one JSON object"),
    ],
)
def test_pairs_are_refused_by_the_name_of_the_field(
    pairs: list[tuple[str, str]], message: str
) -> None:
    with pytest.raises(TokenRequestError, match=message):
        combine_pairs(pairs)


@pytest.mark.requirement("TI-1")
def test_client_secret_is_not_kept() -> None:
    request = convert_parameters({"client_id": "a", "client_secret": "hunter2"})

    assert msgspec.to_builtins(request) == {"client_id": "a"}


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"sub": 5}, "sub: Expected `str`, got `int`"),
        ({"aud": ["a", 5]}, r"aud\[1\]: Expected `str`, got `int`"),
        ({"subject": "x"}, r"'subject' \(did you mean sub\?\); to add a claim"),
        ({"zzz": 1}, "unknown field 'zzz'; to add a claim, .*; known fields: sub, aud"),
    ],
)
def test_parameters_are_refused_by_name(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(TokenRequestError, match=message):
        convert_parameters(parameters)


@pytest.mark.requirement("TI-4")
def test_unknown_field_in_json_is_rejected_with_its_place_in_claims() -> None:
    with pytest.raises(TokenRequestError, match="unknown field 'groups'") as caught:
        convert_parameters({"groups": ["a"]})

    assert "; to add a claim, make it a member of the object claims; known" in str(caught.value)
    assert caught.value.fields == ("groups",)


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("is_form", [True, False])
@pytest.mark.parametrize("name", ["ttl", "expires_in", "expires", "lifetime", "TTL"])
def test_unknown_name_of_a_lifetime_is_rejected_with_the_field_exp(
    name: str, is_form: bool
) -> None:
    with pytest.raises(TokenRequestError) as caught:
        convert_parameters({name: "5m"}, is_form=is_form)

    remedy = "to set the lifetime, send exp with a duration from now, such as 15m"
    assert str(caught.value).startswith(f"unknown field '{name}'; {remedy}; known fields: sub, ")


def test_fields_are_those_of_the_requirement() -> None:
    assert set(FIELDS) == {
        "sub", "aud", "iss", "kid", "alg", "profile", "exp", "now", "claims",
        "grant_type", "client_id", "client_secret", "scope", "audience", "resource", "defect",
    }  # fmt: skip
