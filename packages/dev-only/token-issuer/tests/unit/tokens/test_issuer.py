# DEV-ONLY: never ship to production.
import dataclasses
import json
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from token_issuer.config.keywords import parse_keywords
from token_issuer.config.profiles import FIREBASE, Profile
from token_issuer.config.settings import Settings
from token_issuer.errors import TokenRequestError
from token_issuer.tokens.claims import resolve_expiry
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.request_parsing import convert_parameters

IAT: Final = 1772366400


def mint(issuer: Issuer, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = issuer.issue(convert_parameters(fields))
    key_set = KeySet.import_key_set(json.loads(issuer.keys.view.jwks.body))
    token = jwt.decode(answer.access_token, key_set, algorithms=["RS256", "ES256"])
    return dict(token.header), dict(token.claims)


@pytest.mark.requirement("TI-2")
def test_token_has_the_defaults_when_nothing_is_asked_for(issuer: Issuer) -> None:
    header, claims = mint(issuer)

    assert header == {"alg": "RS256", "typ": "JWT", "kid": "dev-key"}
    assert len(claims.pop("jti")) >= 16
    assert claims == {
        "iss": "https://issuer.local",
        "sub": "dev-user",
        "aud": "stream-watcher-docker",
        "iat": IAT,
        "nbf": IAT,
        "exp": IAT + 900,
    }


@pytest.mark.requirement("TI-2")
@pytest.mark.parametrize(
    ("fields", "last"),
    [
        ({"claims": {"role": "admin"}}, ["role"]),
        ({"profile": "staff"}, ["groups"]),
        ({"client_id": "a"}, ["client_id"]),
    ],
)
def test_token_begins_with_the_registered_claims(
    issuer: Issuer, fields: dict[str, Any], last: list[str]
) -> None:
    staff = Profile(name="staff", claims={"groups": ["a"], "aud": "api", "nbf": 0, "iss": "own"})
    settings = parse_keywords({"profiles": {"staff": staff}})

    claims = mint(dataclasses.replace(issuer, settings=settings), **fields)[1]

    assert [*claims] == ["iss", "sub", "aud", "iat", "nbf", "exp", "jti", *last]


@pytest.mark.requirement("GO-2")
def test_id_token_begins_with_the_registered_claims(issuer: Issuer) -> None:
    claims = mint(issuer, profile="google")[1]

    assert [*claims][:5] == ["iss", "sub", "aud", "iat", "exp"]
    assert [*claims][-2:] == ["azp", "at_hash"]


@pytest.mark.requirement("TI-2")
def test_tokens_differ_by_jti(issuer: Issuer) -> None:
    assert mint(issuer)[1]["jti"] != mint(issuer)[1]["jti"]


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"sub": "alice"}, {"sub": "alice"}),
        ({"iss": "https://other.test"}, {"iss": "https://other.test"}),
        ({"aud": "a"}, {"aud": "a"}),
        ({"aud": ["a", "b"]}, {"aud": ["a", "b"]}),
        ({"audience": "a"}, {"aud": "a"}),
        ({"resource": ["https://a.test", "https://b.test"]}, {"aud": ["https://a.test", "https://b.test"]}),
        ({"aud": "a", "audience": "a", "resource": "a"}, {"aud": "a"}),
        ({"scope": "read write"}, {"scope": "read write"}),
        ({"client_id": "app"}, {"client_id": "app", "sub": "app"}),
        ({"client_id": "app", "sub": "alice"}, {"client_id": "app", "sub": "alice"}),
        ({"grant_type": "client_credentials"}, {"sub": "dev-user"}),
        ({"claims": {"n": None, "deep": {"a": [1]}}}, {"n": None, "deep": {"a": [1]}}),
        ({"claims": {"big": 2**63}}, {"big": 2**63}),
        ({"claims": {"sub": 5}}, {"sub": 5}),
        ({"claims": {"iss": "other", "exp": 5}}, {"iss": "other", "exp": 5}),
        ({"claims": {"sub": "x"}, "client_id": "app"}, {"sub": "x", "client_id": "app"}),
        ({"claims": {"sub": "alice"}, "sub": "alice"}, {"sub": "alice"}),
    ],
)  # fmt: skip
def test_fields_become_claims(
    issuer: Issuer, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    claims = mint(issuer, **fields)[1]

    assert {name: claims[name] for name in expected} == expected


@pytest.mark.requirement("TI-1")
def test_default_claim_is_left_out_when_null(issuer: Issuer) -> None:
    claims = mint(issuer, claims={"exp": None, "aud": None})[1]

    assert not {"exp", "aud"} & set(claims)


@pytest.mark.requirement("TI-3")
def test_kid_selects_the_key(issuer: Issuer) -> None:
    assert mint(issuer, kid="dev-key-2")[0]["kid"] == "dev-key-2"


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"aud": "a", "audience": "b"}, ("aud", "audience")),
        ({"aud": "a", "resource": ["a"]}, ("aud", "resource")),
        ({"audience": "a", "resource": "b"}, ("audience", "resource")),
        ({"sub": "a", "claims": {"sub": "b"}}, ("sub", "claims.sub")),
        ({"sub": "a", "claims": {"sub": None}}, ("sub", "claims.sub")),
        ({"audience": "a", "claims": {"aud": "b"}}, ("audience", "claims.aud")),
        ({"iss": "a", "claims": {"iss": "b"}}, ("iss", "claims.iss")),
        ({"exp": "5m", "claims": {"exp": 5}}, ("exp", "claims.exp")),
        ({"scope": "a", "claims": {"scope": "b"}}, ("scope", "claims.scope")),
        ({"client_id": "a", "claims": {"client_id": "b"}}, ("client_id", "claims.client_id")),
    ],
)
def test_contradiction_is_rejected_by_both_names(
    issuer: Issuer, fields: dict[str, Any], names: tuple[str, str]
) -> None:
    with pytest.raises(TokenRequestError, match="contradict each other") as caught:
        mint(issuer, **fields)

    assert caught.value.fields == names
    assert all(name in str(caught.value) for name in names)


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kid": "devkey"}, "kid: no key is named 'devkey' (did you mean dev-key or dev-key-2?)"),
        ({"kid": "x" * 500}, f"kid: no key is named '{'x' * 80}'; known keys: dev-key, dev-key-2"),
        ({"profile": "gogle"}, "profile: no profile is named 'gogle' (did you mean google?)"),
        ({"alg": "es256"}, "alg: 'es256' is not supported (did you mean ES256"),
        ({"alg": "none"}, "alg: 'none' is not supported; expected one of RS256, PS256, ES256, EdD"),
    ],
)
def test_unknown_name_is_rejected_with_those_that_resemble_it(
    issuer: Issuer, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(TokenRequestError) as caught:
        mint(issuer, **fields)

    assert message in str(caught.value)
    assert caught.value.fields == tuple(fields)


@pytest.mark.requirement("TI-1")
def test_other_grant_types_are_unsupported(issuer: Issuer) -> None:
    with pytest.raises(TokenRequestError, match=r"^grant_type: ") as caught:
        mint(issuer, grant_type="authorization_code")

    assert caught.value.error == "unsupported_grant_type"


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("scope", [" ", "a  b", " a", "a ", 'a"b', "a\\b", "é", "a\nb"])
def test_scope_is_rejected_when_malformed(issuer: Issuer, scope: str) -> None:
    with pytest.raises(TokenRequestError, match=r"^scope: ") as caught:
        mint(issuer, scope=scope)

    assert caught.value.error == "invalid_scope"


@pytest.mark.requirement("TI-3")
@pytest.mark.parametrize(
    ("exp", "expected"),
    [
        ("15m", IAT + 900),
        ("2h", IAT + 7200),
        ("-5m", IAT - 300),
        (1900000000, 1900000000),
        (1900000000.5, 1900000000.5),
        (0, 0),
        (253402300799, 253402300799),
    ],
)
def test_expiry_is_resolved(now: datetime, exp: float | str, expected: float) -> None:
    assert resolve_expiry(exp, now) == expected


@pytest.mark.requirement("TI-3")
@pytest.mark.parametrize(
    "exp",
    [-300, 253402300800, 10**40, 1e300, "soon", "", "1900000000", "-99999d", "999999d99999999h"],
)
def test_expiry_is_rejected_with_the_remedy(now: datetime, exp: float | str) -> None:
    with pytest.raises(TokenRequestError, match=r"^exp: .*-5m") as caught:
        resolve_expiry(exp, now)

    assert caught.value.fields == ("exp",)


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({}, 900),
        ({"exp": "2h"}, 7200),
        ({"exp": "-5m"}, 0),
        ({"exp": IAT + 10}, 10),
        ({"claims": {"exp": IAT + 60.5}}, 60),
    ],
)
def test_response_says_how_long_the_token_lives(
    issuer: Issuer, fields: dict[str, Any], seconds: int
) -> None:
    answer = issuer.issue(convert_parameters(fields))

    assert answer.token_type == "Bearer"
    assert answer.expires_in == seconds


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("exp", [None, True, "text", 10**40])
def test_response_omits_the_lifetime_when_the_claim_is_unusable(
    issuer: Issuer, exp: object
) -> None:
    answer = issuer.issue(convert_parameters({"claims": {"exp": exp}}))

    assert not isinstance(answer.expires_in, int)


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("value", ["\ud800", float("nan"), {1, 2}])
def test_claims_are_rejected_when_no_token_can_hold_them(issuer: Issuer, value: object) -> None:
    with pytest.raises(TokenRequestError, match=r"^claims: ") as caught:
        issuer.issue(convert_parameters({"claims": {"x": value}}))

    assert caught.value.fields == ("claims",)


@pytest.mark.requirement("GO-2", "TI-9")
@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, ("https://accounts.google.com", "100000000000000000001", 3600)),
        ({"issuer": "https://own.test"}, ("https://own.test", "100000000000000000001", 3600)),
        (
            {"subject": "bob", "ttl": timedelta(minutes=2)},
            ("https://accounts.google.com", "bob", 120),
        ),
    ],
)
def test_variable_that_is_set_wins_over_the_profile(
    issuer: Issuer, chosen: dict[str, Any], expected: tuple[str, str, int]
) -> None:
    settings = Settings(profile="google", explicit=frozenset(chosen), **chosen)

    claims = mint(dataclasses.replace(issuer, settings=settings))[1]

    assert (claims["iss"], claims["sub"], claims["exp"] - claims["iat"]) == expected


@pytest.mark.requirement("GO-5")
@pytest.mark.parametrize(
    ("profile", "iss", "aud"),
    [
        (
            "iap",
            "https://cloud.google.com/iap",
            "/projects/5/global/backendServices/1",
        ),
        ("firebase", "https://securetoken.google.com/my-project", "my-project"),
        ("pubsub", "https://accounts.google.com", "my-api"),
        ("team", "https://team.test", "my-project"),
    ],
)
def test_variable_does_not_change_the_claims_by_which_verifiers_know_a_profile(
    issuer: Issuer, profile: str, iss: str, aud: str
) -> None:
    team = dataclasses.replace(FIREBASE, name="team", claims={**FIREBASE.claims, "iss": iss})
    settings = parse_keywords({
        "issuer": "https://own.test", "audience": "my-api", "subject": "bob",
        "google_project": "my-project", "google_project_number": "5", "profiles": {"team": team},
    })  # fmt: skip

    claims = mint(dataclasses.replace(issuer, settings=settings), profile=profile)[1]

    assert (claims["iss"], claims["aud"], claims["sub"]) == (iss, aud, "bob")


@pytest.mark.requirement("GO-2")
def test_profile_of_a_team_is_used(issuer: Issuer) -> None:
    staff = Profile(name="staff", claims={"groups": ["a"], "aud": "api"}, omit=frozenset({"jti"}))
    settings = parse_keywords({"profiles": {"staff": staff}})
    with_staff = dataclasses.replace(issuer, settings=settings)

    claims = mint(with_staff, profile="staff")[1]

    assert (claims["groups"], claims["aud"], claims["iss"]) == (
        ["a"],
        "api",
        "https://issuer.local",
    )
    assert "jti" not in claims
    assert "groups" not in mint(with_staff)[1]


@pytest.mark.requirement("GO-2")
@pytest.mark.parametrize("explicit", [{}, {"ttl": "2m"}])
def test_profile_may_set_each_claim(issuer: Issuer, explicit: dict[str, Any]) -> None:
    fixed = {"exp": 4102444800, "iat": 5, "nbf": 6, "jti": "one"}
    profiles = {"fixed": Profile(name="fixed", claims=fixed)}
    settings = parse_keywords({"profile": "fixed", "profiles": profiles, **explicit})

    claims = mint(dataclasses.replace(issuer, settings=settings))[1]

    assert {name: claims[name] for name in ("iat", "nbf", "jti")} == {
        "iat": 5,
        "nbf": 6,
        "jti": "one",
    }
    assert (claims["exp"] == fixed["exp"]) is not bool(explicit)
