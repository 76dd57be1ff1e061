# DEV-ONLY: never ship to production.
"""Assertions of service accounts: which are accepted, and why others are not (RFC 7523 §3)."""

import base64
import hmac
import json
from hashlib import sha256
from typing import Any, Final

import pytest
from jwt_core import Algorithm, encode_public_pem, generate_key, sign
from token_issuer.google.jwt_bearer import GOOGLE_TOKEN_URLS
from token_issuer.google.machines import Machines
from token_issuer.oauth.access_tokens import find_access_token
from token_issuer.oauth.errors import OAuthError
from token_issuer.oauth.provider import Provider

pytestmark = pytest.mark.requirement("GO-5")

URL: Final = "http://issuer.test:8081"
EMAIL: Final = "app@dev-only-project.iam.gserviceaccount.com"
OTHER_EMAIL: Final = "other@dev-only-project.iam.gserviceaccount.com"
CLOUD: Final = "https://www.googleapis.com/auth/cloud-platform"
JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TIMES: Final = "Token must be a short-lived token"


def reject(agency: Any, assertion: str) -> OAuthError:
    with pytest.raises(OAuthError) as caught:
        agency.send(assertion)
    assert assertion not in str(caught.value)
    return caught.value


def encode(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_assertion_gives_an_opaque_access_token(agency: Any) -> None:
    response = agency.exchange(scope="a b")

    assert response.access_token.startswith("ya29.dev-only.")
    assert (response.token_type, response.expires_in) == ("Bearer", 3600)
    access = agency.open(response)
    assert access
    assert (access.principal, access.scope, access.user) == (EMAIL, ("a", "b"), "")
    agency.wait(minutes=59, seconds=59)
    assert agency.open(response)
    agency.wait(seconds=1)
    assert agency.open(response) is None


def test_target_audience_gives_an_id_token(agency: Any) -> None:
    response = agency.exchange(scope=None, target_audience="https://api.test/")

    assert agency.read(response.id_token) == {
        "iss": "https://issuer.local",
        "aud": "https://api.test/",
        "azp": agency.key_file["client_id"],
        "sub": agency.key_file["client_id"],
        "email": EMAIL,
        "email_verified": True,
        "iat": agency.second,
        "exp": agency.second + 3600,
    }


def test_id_token_of_the_profile_google_is_by_google(build_agency: Any) -> None:
    agency = build_agency(profile="google")

    response = agency.exchange(scope=None, target_audience="x")

    assert agency.read(response.id_token)["iss"] == "https://accounts.google.com"


@pytest.mark.parametrize(
    "audience",
    [
        *sorted(GOOGLE_TOKEN_URLS),
        f"{URL}/token",
        f"{URL}/oauth2/v4/token",
        f"{URL}/o/oauth2/token",
        "https://public.test/auth/token",
        "https://issuer.local/token",
        ["https://other.test", "https://oauth2.googleapis.com/token"],
    ],
)
def test_audience_is_a_token_url_of_google_or_of_the_issuer(
    build_agency: Any, audience: object
) -> None:
    agency = build_agency(public_url="https://public.test/auth")

    assert agency.open(agency.exchange(aud=audience))


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": 299, "exp": 3899},  # the clock of the client is ahead
        {"iat": -3599, "exp": 1},
        {"iat": 0.5, "exp": 3600.5},
        {"sub": EMAIL},
        {"nbf": 299},
        {"unknown": {"nested": [1]}, "jti": "one"},
    ],
)
def test_assertion_within_the_limits_is_accepted(agency: Any, changes: dict[str, Any]) -> None:
    moved = {
        name: value + agency.second if name in {"iat", "exp", "nbf"} else value
        for name, value in changes.items()
    }

    assert agency.open(agency.exchange(**moved))


@pytest.mark.parametrize("headers", [{"kid": None}, {"typ": None}, {"typ": "JWT"}])
def test_header_may_lack_kid_and_type(agency: Any, headers: dict[str, Any]) -> None:
    assert agency.open(agency.exchange(headers=headers))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "nobody@dev-only-project.iam.gserviceaccount.com"}, "account not found; iss"),
        ({"iss": None}, "iss: expected the email"),
        ({"iss": ""}, "iss: expected the email"),
        ({"iss": [EMAIL]}, "iss: expected the email"),
        ({"iss": EMAIL.upper()}, "account not found"),
        ({"aud": None}, "claim 'aud' is required"),
        ({"aud": "https://elsewhere.test/token"}, "Failed audience check"),
        ({"aud": f"{URL}/token/"}, "Failed audience check"),
        ({"aud": [1]}, "Failed audience check"),
        ({"aud": {}}, "Failed audience check"),
        ({"exp": None}, "claim 'exp' is required"),
        ({"exp": "soon"}, "claim 'exp' must be a finite number"),
        ({"exp": True}, "claim 'exp' must be a finite number"),
        ({"iat": None}, "iat: missing"),
        ({"iat": "now"}, "claim 'iat' must be a finite number"),
        ({"sub": 5}, "claim 'sub' must be a string"),
        ({"jti": 5}, "claim 'jti' must be a string"),
    ],
)
def test_claim_is_rejected(agency: Any, changes: dict[str, Any], reason: str) -> None:
    error = reject(agency, agency.sign(**changes))

    assert (error.error, error.status) == ("invalid_grant", 400)
    assert reason in str(error)


@pytest.mark.parametrize(
    ("issued", "expires", "reason"),
    [
        (-3600, 0, "exp: the assertion has expired"),
        (-7200, -3600, "the token has expired"),
        (301, 3600, "'iat' is in the future"),
        (0, 3601, "at most one hour after iat"),
        (0, 10**400, "at most one hour after iat"),
        (10**400, 10**400 + 1, "'iat' is in the future"),
        (-(10**9), 60, "at most one hour after iat"),
    ],
)
def test_time_is_rejected(agency: Any, issued: int, expires: int, reason: str) -> None:
    error = reject(agency, agency.sign(iat=agency.second + issued, exp=agency.second + expires))

    assert error.error == "invalid_grant"
    assert reason in str(error)
    assert TIMES in str(error)


def test_clock_of_the_issuer_judges(agency: Any) -> None:
    assertion = agency.sign()
    agency.wait(hours=1)

    assert "expired" in str(reject(agency, assertion))


@pytest.mark.parametrize("kid", ["own", "stolen", None])
def test_foreign_key_is_rejected(agency: Any, kid: str | None) -> None:
    foreign = generate_key(Algorithm.RS256, kid="own")
    name = agency.key.kid if kid == "stolen" else kid
    assertion = sign(agency.build_claims(), foreign, headers={"kid": name})

    assert "Invalid JWT Signature" in str(reject(agency, assertion))


def test_key_of_another_account_is_rejected(agency: Any, key_files: Any) -> None:
    key = agency.read_key(key_files[OTHER_EMAIL])

    for headers in ({}, {"kid": None}, {"kid": agency.key.kid}):
        assertion = sign(agency.build_claims(), key, headers=headers)
        assert "Invalid JWT Signature" in str(reject(agency, assertion))


def test_key_of_the_issuer_is_rejected(agency: Any) -> None:
    key = agency.issuer.keys.ensure_key(Algorithm.RS256)

    assert "kid: " in str(reject(agency, sign(agency.build_claims(), key)))


def test_algorithms_of_attackers_are_rejected(agency: Any) -> None:
    payload = encode(agency.build_claims())
    for header in ({"alg": "none"}, {"alg": "none", "kid": agency.key.kid}, {"alg": "RS512"}):
        assert "'alg'" in str(reject(agency, f"{encode(header)}.{payload}."))
    signing_input = f"{encode({'alg': 'HS256', 'kid': agency.key.kid})}.{payload}"
    secret = encode_public_pem(agency.key)
    digest = hmac.digest(secret, signing_input.encode(), sha256)
    assert "'alg'" in str(reject(agency, f"{signing_input}.{encode(digest)}"))


@pytest.mark.parametrize(
    "assertion",
    ["x", "a.b", "a.b.c", "e30.e30.e30.e30", "e30.e30.", "..", "é.é.é", "e30.e30.e30 "],
)
def test_other_text_is_rejected(agency: Any, assertion: str) -> None:
    error = reject(agency, assertion)

    assert error.error == "invalid_grant"
    assert str(error).startswith("Invalid JWT:")


@pytest.mark.parametrize("payload", [b"[]", b"null", b'{"iss":1,"iss":2}', b"{", b"\xff", b"NaN"])
def test_other_payload_is_rejected(agency: Any, payload: bytes) -> None:
    assertion = f"{encode({'alg': 'RS256'})}.{encode(payload)}.{encode(b'x')}"

    assert "payload must be one JSON object" in str(reject(agency, assertion))


def test_changed_assertion_is_rejected(agency: Any) -> None:
    head, payload, signature = agency.sign().split(".")
    changed = encode(agency.build_claims(scope="more"))

    assert "Invalid JWT Signature" in str(reject(agency, f"{head}.{changed}.{signature}"))
    assert payload != changed


def test_large_assertion_is_rejected_before_it_is_decoded(agency: Any) -> None:
    with pytest.raises(OAuthError, match="assertion: expected at most 16384 characters"):
        agency.send("x" * 16385)


def test_jti_is_accepted_once(agency: Any) -> None:
    first, again = agency.sign(jti="one"), agency.sign(jti="one", scope="other")

    assert agency.send(first)
    assert "jti: the assertion has been used already" in str(reject(agency, first))
    assert "jti: the assertion has been used already" in str(reject(agency, again))
    assert agency.exchange(jti="two")


def test_assertion_without_jti_is_accepted_again_as_at_google(agency: Any) -> None:
    assertion = agency.sign()

    assert agency.send(assertion).access_token != agency.send(assertion).access_token


def test_jti_is_not_used_up_by_a_rejected_request(agency: Any) -> None:
    reject(agency, agency.sign(jti="one", scope=None))

    assert agency.exchange(jti="one")


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": None},
        {"scope": ""},
        {"target_audience": "x"},
        {"scope": [CLOUD]},
        {"scope": None, "target_audience": ["x"]},
        {"scope": None, "target_audience": 5},
        {"scope": "a  b"},
        {"scope": 'a"b'},
        {"scope": "x" * 4097},
        {"scope": None, "target_audience": "x" * 2049},
        {"scope": None, "target_audience": " "},
    ],
)
def test_target_is_rejected(agency: Any, changes: dict[str, Any]) -> None:
    error = reject(agency, agency.sign(**changes))

    assert (error.error, error.status) == ("invalid_scope", 400)
    assert "scope" in str(error) or "target_audience" in str(error)


@pytest.mark.parametrize("subject", ["alice", "alice@example.com"])
def test_account_acts_for_a_declared_user(agency: Any, subject: str) -> None:
    response = agency.exchange(sub=subject)

    access = agency.open(response)
    assert access
    assert access.user == "alice"
    described = agency.machines.describe_access_token(
        response.access_token, agency.now, is_old=False
    )
    assert described
    assert described["email"] == "alice@example.com"
    agency.machines.state.users.remove("alice")
    token = response.access_token
    assert agency.machines.describe_access_token(token, agency.now, is_old=False) is None


@pytest.mark.parametrize("subject", ["nobody", "nobody@example.com", OTHER_EMAIL, ""])
def test_account_acts_for_nobody_else(agency: Any, subject: str) -> None:
    error = reject(agency, agency.sign(sub=subject))

    assert error.error == "unauthorized_client"
    assert "sub: no user has this name or email" in str(error)


@pytest.mark.parametrize(
    ("pairs", "code", "reason"),
    [
        ([], "invalid_request", "grant_type: missing"),
        ([("grant_type", JWT_BEARER)], "invalid_request", "assertion: missing"),
        ([("grant_type", "password"), ("assertion", "x")], "unsupported_grant_type", "grant_type"),
        ([("grant_type", JWT_BEARER)] * 2, "invalid_request", "grant_type: given 2 times"),
        (
            [("grant_type", JWT_BEARER), ("assertion", "x"), ("assertion", "y")],
            "invalid_request",
            "assertion: given 2 times",
        ),
        (
            [("grant_type", JWT_BEARER), ("assertion", "x"), ("scope", "a"), ("scope", "b")],
            "invalid_request",
            "scope: given 2 times",
        ),
        ([("x", "y")] * 101, "invalid_request", "at most 100 parameters"),
    ],
)
def test_request_is_rejected(
    agency: Any, pairs: list[tuple[str, str]], code: str, reason: str
) -> None:
    with pytest.raises(OAuthError, match=reason) as caught:
        agency.machines.exchange_assertion(pairs, agency.now)
    assert caught.value.error == code


def test_removed_account_is_unknown(agency: Any) -> None:
    email = "added@dev-only-project.iam.gserviceaccount.com"
    key = agency.read_key(agency.machines.service_accounts.add(email))
    assertion = sign(agency.build_claims(iss=email), key)
    token = agency.send(assertion).access_token
    assert describe(agency.machines, token, agency)

    agency.machines.reset()

    assert "account not found" in str(reject(agency, assertion))
    assert describe(agency.machines, token, agency) is None


def describe(machines: Machines, token: str, agency: Any) -> Any:
    return machines.describe_access_token(token, agency.now, is_old=False)


def test_token_info_has_the_forms_of_google(agency: Any) -> None:
    token = agency.exchange().access_token
    number = agency.key_file["client_id"]

    assert describe(agency.machines, token, agency) == {
        "azp": number,
        "aud": number,
        "scope": CLOUD,
        "exp": str(agency.second + 3600),
        "expires_in": "3600",
        "access_type": "online",
        "email": EMAIL,
        "email_verified": "true",
    }
    assert agency.machines.describe_access_token(token, agency.now, is_old=True) == {
        "issued_to": number,
        "audience": number,
        "scope": CLOUD,
        "expires_in": 3600,
        "access_type": "online",
        "email": EMAIL,
        "verified_email": True,
    }
    assert describe(agency.machines, "ya29.dev-only.x", agency) is None


@pytest.mark.parametrize("profile", ["plain", "google"])
def test_token_of_a_machine_is_not_that_of_a_login(build_agency: Any, profile: str) -> None:
    agency = build_agency(profile=profile)
    token = agency.exchange(scope="openid email").access_token
    provider = Provider(agency.issuer)

    for state in (agency.machines.state, provider.state):
        assert find_access_token(state, token, agency.now) is None
