# DEV-ONLY: never ship to production.
import re
from typing import Any, Final

import msgspec
import pytest
from token_issuer.errors import TokenRequestError
from token_issuer.tokens.messages import FIELDS
from token_issuer.tokens.request_parsing import combine_pairs, convert_parameters

# The registry of OAuth parameters (IANA), without fields of the issuer and without `expires_in`,
# which exists in responses only; below it, parameters of real clients.
OAUTH_PARAMETERS: Final = [
    "access_token", "ace_client_recipientid", "ace_profile", "ace_server_recipientid", "acr_values",
    "actor_token", "actor_token_type", "assertion", "auth_req_id", "authorization_details",
    "claim_token", "claims_locales", "client_assertion", "client_assertion_type", "client_metadata",
    "client_notification_token", "cnf", "code", "code_challenge", "code_challenge_method",
    "code_verifier", "dcql_query", "device_code", "display", "dpop_jkt", "error",
    "error_description", "error_uri", "id_token", "id_token_hint", "issued_token_type",
    "login_hint", "max_age", "nfv_token", "nonce", "nonce1", "nonce2", "password", "pct",
    "presentation_submission", "prompt", "redirect_uri", "refresh_token", "registration",
    "req_cnf", "request", "request_uri", "requested_token_type", "response", "response_mode",
    "response_type", "response_uri", "rpt", "rs_cnf", "session_state", "state", "subject_token",
    "subject_token_type", "ticket", "token_type", "transaction_data", "trust_chain", "ui_locales",
    "upgraded", "username", "verifier_info", "vp_token", "vtr", "wallet_nonce",

    "account_id", "api-version", "client_info", "organization", "permission", "pre-authorized_code",
    "realm", "requested_subject", "requested_token_use", "tenant", "token_format", "tx_code", "uid",
    "user_code", "user[name]", "x-client-SKU", "zzz", "_", "[]", ".",
]  # fmt: skip


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
        ([("zzz", "5"), ("zzz", "")], {"zzz": ["5", ""]}),
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
        ([("claims", "5"), ("grant_type", "password")], "grant_type: expected client_credentials"),
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


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize("is_form", [True, False])
@pytest.mark.parametrize("name", OAUTH_PARAMETERS)
def test_other_oauth_parameters_are_ignored_with_a_grant_type(name: str, is_form: bool) -> None:
    parameters = {"grant_type": "client_credentials", "sub": "alice", name: "x"}
    request = convert_parameters(parameters, is_form=is_form)

    assert msgspec.to_builtins(request) == {"grant_type": "client_credentials", "sub": "alice"}
    with pytest.raises(TokenRequestError, match=re.escape(f"unknown field '{name}'")):
        convert_parameters({"sub": "alice", name: "x"}, is_form=is_form)


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("defct", "defect"), ("defcet", "defect"), ("defects", "defect"), ("Defect", "defect"),
        ("DEFECT", "defect"), ("de-fect", "defect"), ("defect[]", "defect"), ("defect ", "defect"),
        ("defekt", "defect"), ("deffect", "defect"), ("detect", "defect"), ("dfect", "defect"),
        ("profil", "profile"), ("profiles", "profile"), ("porfile", "profile"),
        ("clams", "claims"), ("claim", "claims"), ("cliams", "claims"), ("Claims", "claims"),
        ("exo", "exp"), ("epx", "exp"), ("expp", "exp"), ("EXP", "exp"), ("ex", "exp"),
        ("sbu", "sub"), ("subs", "sub"), ("adu", "aud"), ("aut", "aud"), ("aud[]", "aud"),
        ("claims[department]", "claims"), ("claim.x", "claims"), ("defect[0][id]", "defect"),
        ("isss", "iss"), ("kidd", "kid"), ("algo", "alg"), ("lag", "alg"), ("nwo", "now"),
        ("audiance", "audience"), ("audiences", "audience"), ("resources", "resource"),
        ("scopes", "scope"), ("scpoe", "scope"), ("score", "scope"),
        ("clientId", "client_id"), ("client-id", "client_id"), ("client_ids", "client_id"),
        ("clientSecret", "client_secret"), ("client_secert", "client_secret"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("grant", [{}, {"grant_type": "client_credentials"}])
def test_misspelt_fields_are_rejected_with_and_without_a_grant_type(
    name: str, field: str, grant: dict[str, str]
) -> None:
    with pytest.raises(TokenRequestError) as caught:
        convert_parameters({**grant, name: "x"})

    assert str(caught.value).startswith(f"unknown field '{name}' (did you mean ")
    assert field in str(caught.value).partition("?")[0]
    assert caught.value.error == "invalid_request"


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    "name",
    [
        "ttl", "expires_in", "expiresIn", "expirs_in", "lifetime", "lifetme", "expiry", "subject",
        "subjct", "issuer", "issur", "key_id", "algorithm", "algoritm",
    ],
)  # fmt: skip
def test_other_words_for_fields_are_rejected_with_a_grant_type(name: str) -> None:
    with pytest.raises(TokenRequestError, match=f"unknown field '{name}'"):
        convert_parameters({"grant_type": "client_credentials", name: "x"})


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize("name", ["grant_typ", "grantType", "Grant_Type", "grant-type"])
def test_misspelt_grant_type_does_not_count_as_one(name: str) -> None:
    with pytest.raises(TokenRequestError, match=r"\(did you mean grant_type\?\)"):
        convert_parameters({name: "client_credentials", "assertion": "x"})


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize(
    "grant_type",
    [
        "password",
        "refresh_token",
        "authorization_code",
        "implicit",
        "Client_Credentials",
        "client_credentials ",
        "",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:device_code",
    ],
)
def test_unsupported_grant_is_named_with_any_parameters(grant_type: str) -> None:
    parameters = {"grant_type": grant_type, "refresh_token": "x", "defct": "alg-none", "sub": 5}
    with pytest.raises(TokenRequestError, match=r"^grant_type: ") as caught:
        convert_parameters(parameters)

    assert caught.value.error == "unsupported_grant_type"


@pytest.mark.requirement("TI-1")
def test_grant_type_of_the_wrong_type_is_named() -> None:
    with pytest.raises(TokenRequestError, match="grant_type: Expected `str`, got `int`"):
        convert_parameters({"grant_type": 5, "assertion": "x"})
