# DEV-ONLY: never ship to production.
"""Profiles, algorithms and the time of a single token, over real HTTP."""

import base64
import json
from typing import Any, Final

import httpx
import jwt
import pytest

ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]


def mint(http: httpx.Client, **fields: Any) -> dict[str, Any]:
    answer = http.post("/token", json=fields)
    assert answer.status_code == 200, answer.text
    payload = answer.json()["access_token"].split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims


@pytest.mark.requirement("GO-2")
def test_profile_google_has_the_claims_and_lifetime_of_google(http: httpx.Client) -> None:
    claims = mint(http, profile="google", aud="app.apps.googleusercontent.com")

    assert set(claims) == {
        *("iss", "azp", "aud", "sub", "email", "email_verified", "at_hash", "hd", "name"),
        *("picture", "iat", "exp"),
    }
    assert claims["iss"] == "https://accounts.google.com"
    assert claims["azp"] == claims["aud"] == "app.apps.googleusercontent.com"
    assert claims["email_verified"] is True
    assert claims["sub"].isdecimal()
    assert len(claims["sub"]) == 21
    assert len(base64.urlsafe_b64decode(claims["at_hash"] + "==")) == 16
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.requirement("GO-2")
def test_request_wins_over_the_profile(http: httpx.Client) -> None:
    claims = mint(
        http, profile="google", sub="alice", exp="5m", client_id="app", scope="openid",
        claims={"hd": None, "email": "a@b.test", "azp": "other", "nbf": 5},
    )  # fmt: skip

    assert claims["sub"] == "alice"
    assert (claims["email"], claims["azp"], claims["nbf"]) == ("a@b.test", "other", 5)
    assert not {"hd", "client_id", "scope", "jti"} & set(claims)
    assert claims["exp"] - claims["iat"] == 300
    assert mint(http, profile="google", client_id="app")["azp"] == "app"
    assert mint(http, profile="google", aud=["a", "b"])["azp"] == "a"


@pytest.mark.requirement("GO-5")
def test_profile_iap_makes_the_assertions_of_identity_aware_proxy(http: httpx.Client) -> None:
    token = http.post("/token", json={"profile": "iap"}).json()["access_token"]
    client = jwt.PyJWKClient(str(http.base_url.join("/iap/verify/public_key-jwk")))
    key = client.get_signing_key_from_jwt(token)
    audience = "/projects/123456789012/global/backendServices/1"

    claims = jwt.decode(
        token, key, ["ES256"], audience=audience, issuer="https://cloud.google.com/iap"
    )

    assert set(claims) == {"iss", "sub", "aud", "email", "hd", "google", "iat", "exp"}
    assert claims["sub"].startswith("accounts.google.com:")
    assert claims["google"]["access_levels"]
    assert claims["exp"] - claims["iat"] == 600
    assert jwt.get_unverified_header(token)["alg"] == "ES256"
    chosen = http.post("/token", json={"profile": "iap", "kid": "dev-key"}).json()["access_token"]
    assert jwt.get_unverified_header(chosen)["alg"] == "RS256"


@pytest.mark.requirement("GO-5")
def test_profile_firebase_makes_id_tokens_of_firebase(http: httpx.Client) -> None:
    claims = mint(http, profile="firebase", sub="alice")

    assert set(claims) == {
        *("iss", "sub", "aud", "user_id", "auth_time", "email", "email_verified", "name"),
        *("picture", "firebase", "iat", "exp"),
    }
    assert claims["iss"] == "https://securetoken.google.com/dev-only-project"
    assert (claims["aud"], claims["user_id"]) == ("dev-only-project", "alice")
    assert claims["auth_time"] == claims["iat"] == claims["exp"] - 3600
    assert claims["firebase"] == {
        "identities": {"email": ["dev-user@example.com"]},
        "sign_in_provider": "password",
    }
    assert mint(http, profile="firebase", claims={"auth_time": 5})["auth_time"] == 5
    assert "user_id" not in mint(http, profile="firebase", claims={"user_id": None})


@pytest.mark.requirement("GO-5")
def test_profile_pubsub_makes_id_tokens_of_a_service_account(http: httpx.Client) -> None:
    claims = mint(http, profile="pubsub", aud="https://app.test/push")

    assert set(claims) == {
        "iss", "sub", "aud", "azp", "email", "email_verified", "iat", "exp",
    }  # fmt: skip
    assert (claims["iss"], claims["aud"]) == (
        "https://accounts.google.com",
        "https://app.test/push",
    )
    assert claims["azp"] == claims["sub"]
    assert claims["sub"].isdecimal()
    assert claims["email"] == "dev-only@dev-only-project.iam.gserviceaccount.com"
    assert claims["email_verified"] is True
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.requirement("GO-2")
def test_unknown_profile_is_refused_with_the_known_ones(http: httpx.Client) -> None:
    response = http.post("/token", json={"profile": "okta"})

    assert response.status_code == 400
    assert (
        "no profile is named 'okta'; known profiles: plain, google, iap, firebase, pubsub"
        in response.text
    )


@pytest.mark.requirement("GO-4")
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_token_is_signed_with_the_algorithm_asked_for(http: httpx.Client, alg: str) -> None:
    token = http.post("/token", json={"alg": alg, "sub": "alice"}).json()["access_token"]
    client = jwt.PyJWKClient(str(http.base_url.join("/certs")))

    key = client.get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key, [alg], audience="stream-watcher-docker")

    assert claims["sub"] == "alice"


@pytest.mark.requirement("GO-4")
@pytest.mark.parametrize("alg", ["none", "HS256", "rs256", "RS512"])
def test_other_algorithms_are_refused(http: httpx.Client, alg: str) -> None:
    response = http.post("/token", json={"alg": alg})

    assert response.status_code == 400
    assert "is not supported" in response.text
    assert "expected one of RS256, PS256, ES256, EdDSA" in response.text


@pytest.mark.requirement("GO-4")
def test_kid_and_algorithm_must_agree(http: httpx.Client) -> None:
    response = http.post("/token", json={"alg": "ES256", "kid": "dev-key"})

    assert response.status_code == 400
    assert "kid and alg contradict each other: dev-key signs RS256" in response.text


@pytest.mark.requirement("TI-3")
@pytest.mark.parametrize(
    "now", [1772366400, 1772366400.9, "2026-03-01T12:00:00Z", "2026-03-01T13:00:00+01:00"]
)
def test_single_token_is_made_at_another_time(http: httpx.Client, now: float | str) -> None:
    claims = mint(http, now=now)

    assert (claims["iat"], claims["nbf"], claims["exp"]) == (1772366400, 1772366400, 1772367300)
    assert mint(http)["iat"] > 1772366400


@pytest.mark.requirement("TI-3")
@pytest.mark.parametrize(
    "now", ["soon", "2026-03-01T12:00:00", "", -1, 10**30, "9999-12-31T23:59:59-12:00"]
)
def test_time_that_is_none_is_refused(http: httpx.Client, now: float | str) -> None:
    response = http.post("/token", json={"now": now})

    assert response.status_code == 400
    assert "now: not a time of the years 1970 to 9999" in response.text


@pytest.mark.requirement("TI-3")
def test_last_second_of_all_dates_is_no_error(http: httpx.Client) -> None:
    assert http.post("/token", data={"now": "9999-12-31T23:59:59Z"}).status_code == 200
    assert http.post("/token", data={"now": "0"}).status_code == 200
