# DEV-ONLY: never ship to production.
"""The IAM credentials API: tokens and signatures of accounts for authorized machines."""

import base64
from datetime import datetime
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import RSAKey
from jwt_core import encode_public_pem
from token_issuer.errors import GoogleApiError

pytestmark = pytest.mark.requirement("GO-5")

EMAIL: Final = "app@dev-only-project.iam.gserviceaccount.com"
OTHER_EMAIL: Final = "other@dev-only-project.iam.gserviceaccount.com"
DEFAULT_EMAIL: Final = "dev-only@dev-only-project.iam.gserviceaccount.com"


def reject(agency: Any, *arguments: Any, **body: Any) -> tuple[int, str]:
    with pytest.raises(GoogleApiError) as caught:
        agency.call(*arguments, **body)
    return caught.value.status, str(caught.value)


def test_access_token_is_that_of_the_other_account(agency: Any) -> None:
    response = agency.call(
        "generateAccessToken", email=OTHER_EMAIL, scope=["a", "b"], lifetime="300s", delegates=[]
    )

    access = agency.open(response["accessToken"])
    assert (access.principal, access.scope) == (OTHER_EMAIL, ("a", "b"))
    assert access.expires_at == agency.second + 300
    assert response["expireTime"] == "2026-03-01T12:05:00Z"
    assert datetime.fromisoformat(response["expireTime"]).timestamp() == access.expires_at


def test_lifetime_is_an_hour_unless_it_is_given(agency: Any) -> None:
    response = agency.call("generateAccessToken", scope=["a"])

    assert agency.open(response["accessToken"]).expires_at == agency.second + 3600


@pytest.mark.parametrize("account", [OTHER_EMAIL, "its number"])
def test_account_is_named_by_email_or_number(agency: Any, key_files: Any, account: str) -> None:
    number = key_files[OTHER_EMAIL]["client_id"]
    email = number if account == "its number" else account

    response = agency.call("generateIdToken", email=email, audience="x", includeEmail=True)

    assert agency.read(response["token"])["email"] == OTHER_EMAIL


def test_id_token_has_the_email_only_on_request(agency: Any) -> None:
    token = agency.call("generateIdToken", audience="https://api.test")["token"]

    assert agency.read(token) == {
        "iss": "https://issuer.local",
        "aud": "https://api.test",
        "azp": agency.key_file["client_id"],
        "sub": agency.key_file["client_id"],
        "iat": agency.second,
        "exp": agency.second + 3600,
    }


def test_id_token_names_the_account_as_google_auth_library_asks(agency: Any) -> None:
    body = {"delegates": [], "includeEmail": True, "useEmailAzp": True}  # of the Node library
    token = agency.call("generateIdToken", audience="x", **body)["token"]

    claims = agency.read(token)
    assert claims["azp"] == claims["email"]
    assert claims["sub"] != claims["azp"]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("generateAccessToken", {"scope": ["a"], "lifetime": None}),
        ("generateIdToken", {"audience": "x", "includeEmail": None}),
        ("signBlob", {"payload": ""}),
        ("signJwt", {"payload": "{}"}),
    ],
)
def test_null_is_the_same_as_absent(agency: Any, method: str, body: dict[str, Any]) -> None:
    assert agency.call(method, **body, delegates=None)  # as google-auth for Python sends it


@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
def test_blob_is_signed_with_the_key_of_the_account(agency: Any, alphabet: Any) -> None:
    data = bytes(range(256))

    response = agency.call("signBlob", payload=alphabet(data).decode())

    assert response["keyId"] == agency.key.kid
    signature = base64.b64decode(response["signedBlob"])
    public_key = agency.key.verification_key.public_key
    public_key.verify(signature, data, PKCS1v15(), SHA256())


def test_jwt_is_signed_with_the_key_of_the_account(agency: Any) -> None:
    response = agency.call("signJwt", payload='{"sub":"x","exp":1772366460}')

    key = RSAKey.import_key(encode_public_pem(agency.key))
    token = jwt.decode(response["signedJwt"], key, algorithms=["RS256"])
    assert token.claims == {"sub": "x", "exp": 1772366460}
    assert token.header == {"alg": "RS256", "typ": "JWT", "kid": response["keyId"]}


def test_default_account_gets_its_key_with_the_first_signature(agency: Any) -> None:
    first = agency.call("signBlob", email=DEFAULT_EMAIL, payload="")
    second = agency.call("signBlob", email=DEFAULT_EMAIL, payload="")

    assert first == second


@pytest.mark.parametrize("token", ["", "x", "ya29.dev-only.", "ya29.dev-only.AAAA"])
def test_invalid_token_is_rejected(agency: Any, token: str) -> None:
    status, text = reject(agency, "signBlob", token, payload="")

    assert status == 401
    assert text.startswith("Request had invalid authentication credentials.")


def test_missing_or_second_token_is_rejected(agency: Any) -> None:
    token = agency.exchange().access_token

    for tokens in ([], [token, token]):
        with pytest.raises(GoogleApiError) as caught:
            agency.machines.call_iam("signBlob", EMAIL, tokens, b'{"payload":""}', agency.now)
        assert caught.value.status == 401


def test_expired_token_is_rejected(agency: Any) -> None:
    token = agency.exchange().access_token
    agency.wait(hours=1)

    assert reject(agency, "signBlob", token, payload="")[0] == 401


def test_token_of_a_removed_account_is_rejected(agency: Any) -> None:
    email = "gone@dev-only-project.iam.gserviceaccount.com"
    agency.machines.service_accounts.add(email)
    scope = ["https://www.googleapis.com/auth/iam"]
    token = agency.call("generateAccessToken", email=email, scope=scope)["accessToken"]
    assert agency.call("signBlob", token, payload="")

    agency.machines.service_accounts.remove(email)

    assert reject(agency, "signBlob", token, payload="")[0] == 401


def test_token_for_a_removed_user_is_rejected(agency: Any) -> None:
    agency.machines.state.users.add("bob")
    token = agency.exchange(sub="bob").access_token
    assert agency.call("signBlob", token, payload="")

    agency.machines.state.users.remove("bob")

    assert reject(agency, "signBlob", token, payload="")[0] == 401


def test_token_of_a_login_is_rejected(build_agency: Any) -> None:
    agency = build_agency(profile="google", login="alice")
    provider_state = agency.machines.state
    from token_issuer.oauth.access_tokens import issue_access_token
    from token_issuer.oauth.records import Grant, Session

    session = Session(0, "alice", "alice", True, agency.second, {})
    number = provider_state.grants.add()
    scope = ("https://www.googleapis.com/auth/cloud-platform",)
    grant = Grant(number, session, "app", scope, False)
    token, _ = issue_access_token(provider_state, grant, scope, agency.now)

    assert token.startswith("ya29.dev-only.")
    assert reject(agency, "signBlob", token, payload="")[0] == 401


def test_scope_must_suffice(agency: Any) -> None:
    token = agency.exchange(scope="openid email").access_token

    status, text = reject(agency, "signBlob", token, payload="")

    assert status == 403
    assert "scope: the access token needs" in text


@pytest.mark.parametrize("email", ["nobody@x.test", "", "-", "100000000000000000000"])
def test_unknown_account_is_not_found(agency: Any, email: str) -> None:
    status, text = reject(agency, "signBlob", email=email, payload="")

    assert status == 404
    assert text.startswith("account: no service account")


@pytest.mark.parametrize(
    ("method", "body", "reason"),
    [
        ("generateAccessToken", {}, "missing required field `scope`"),
        ("generateAccessToken", {"scope": []}, "scope: expected a list"),
        ("generateAccessToken", {"scope": "a"}, "Expected `array`"),
        ("generateAccessToken", {"scope": ["a\nb"]}, "scope: expected words"),
        ("generateAccessToken", {"scope": ["a"], "lifetime": "0s"}, "lifetime: expected"),
        ("generateAccessToken", {"scope": ["a"], "lifetime": "3601s"}, "lifetime: expected"),
        ("generateAccessToken", {"scope": ["a"], "lifetime": "3600.5s"}, "lifetime: expected"),
        ("generateAccessToken", {"scope": ["a"], "lifetime": "0.5s"}, "lifetime: expected"),
        ("generateAccessToken", {"scope": ["a"], "lifetime": "1h"}, "lifetime: expected"),
        ("generateAccessToken", {"scope": ["a"], "lifetime": 60}, "Expected `str`"),
        ("generateAccessToken", {"scope": ["a"], "scopes": []}, "unknown field `scopes`"),
        ("generateAccessToken", {"scope": None}, "missing required field `scope`"),
        ("generateIdToken", {}, "missing required field `audience`"),
        ("generateIdToken", {"audience": " "}, "audience: expected"),
        ("generateIdToken", {"audience": "x" * 2049}, "audience: expected"),
        ("generateIdToken", {"audience": "x", "includeEmail": "yes"}, "Expected `bool`"),
        ("signBlob", {}, "missing required field `payload`"),
        ("signBlob", {"payload": "***"}, "payload: expected base64"),
        ("signBlob", {"payload": "é"}, "payload: expected base64"),
        ("signJwt", {"payload": "[]"}, "payload: expected a claims set"),
        ("signJwt", {"payload": {}}, "Expected `str`"),
        ("signJwt", {"payload": '{"exp":"x"}'}, "payload.exp: expected"),
        ("signJwt", {"payload": '{"exp":true}'}, "payload.exp: expected"),
        ("signJwt", {"payload": '{"exp":9999999999}'}, "payload.exp: expected"),
        ("signJwt", {"payload": '{"exp":1e400}'}, "payload: expected a claims set"),
    ],
)
def test_body_is_rejected(agency: Any, method: str, body: dict[str, Any], reason: str) -> None:
    status, text = reject(agency, method, **body)

    assert status == 400
    assert reason in text


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b"\xff", b"null", b'{"payload":NaN}', b'{"payload":"{}","payload":"{}"}',
        b'{"payload":' + b"[" * 60_000, b'{"payload":' + b"[" * 9_000 + b"]" * 9_000 + b"}",
    ],
)  # fmt: skip
def test_body_that_is_no_json_object_is_rejected(agency: Any, body: bytes) -> None:
    token = agency.exchange().access_token

    with pytest.raises(GoogleApiError, match="body: ") as caught:
        agency.machines.call_iam("signJwt", EMAIL, [token], body, agency.now)
    assert caught.value.status == 400


def test_unknown_method_is_not_found(agency: Any) -> None:
    status, text = reject(agency, "signblob", payload="")

    assert status == 404
    assert "signBlob" in text
