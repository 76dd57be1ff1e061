# DEV-ONLY: never ship to production.
"""Firebase Authentication over HTTP: custom tokens, session cookies and users."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx
import jwt
import pytest
from tests import patient_http
from token_issuer.testing import RunningIssuer

pytestmark = pytest.mark.requirement("GO-5")

PROJECT: Final = "dev-only-project"
EMAIL: Final = f"app@{PROJECT}.iam.gserviceaccount.com"
AUDIENCE: Final = (
    "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit"
)
SIGN_IN: Final = "/v1/accounts:signInWithCustomToken"
PROJECT_PATH: Final = f"/v1/projects/{PROJECT}"
KeyFile = dict[str, Any]
SignCustom = Callable[..., str]


@pytest.fixture
def http(token_issuer: RunningIssuer) -> Iterator[httpx.Client]:
    with patient_http.Client(base_url=token_issuer.url) as client:
        yield client


@pytest.fixture
def sign(token_issuer: RunningIssuer) -> SignCustom:
    """Sign a custom token, with the key of an added account, unless fields say otherwise."""
    key_file = token_issuer.service_accounts.add(EMAIL)

    def sign(key: str | None = None, alg: str = "RS256", **fields: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": EMAIL, "sub": EMAIL, "aud": AUDIENCE, "iat": now, "exp": now + 3600,
            "uid": "erin", **fields,
        }  # fmt: skip
        kept = {name: value for name, value in claims.items() if value is not ...}
        return jwt.encode(kept, key or key_file["private_key"], alg)

    return sign


@pytest.fixture
def admin(http: httpx.Client) -> dict[str, str]:
    """Return the header of an administrator, whose token is that of the metadata server."""
    path = "/computeMetadata/v1/instance/service-accounts/default/token"
    token = http.get(path, headers={"Metadata-Flavor": "Google"}).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def sign_in(http: httpx.Client, token: str) -> dict[str, Any]:
    response = http.post(SIGN_IN, json={"token": token, "returnSecureToken": True})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def verify(http: httpx.Client, token: str, issuer: str, path: str) -> dict[str, Any]:
    """Verify a token by the certificates at *path*, as Firebase's libraries do."""
    from cryptography.x509 import load_pem_x509_certificate

    certificates = http.get(path).json()
    pem = certificates[jwt.get_unverified_header(token)["kid"]]
    key: Any = load_pem_x509_certificate(pem.encode()).public_key()
    claims: dict[str, Any] = jwt.decode(token, key, ["RS256"], audience=PROJECT, issuer=issuer)
    return claims


def read_error(response: httpx.Response) -> str:
    error = response.json()["error"]
    assert error["code"] == response.status_code
    assert error["errors"][0]["message"] == error["message"]
    return str(error["message"])


def test_custom_token_becomes_an_id_token_and_a_session_cookie(
    http: httpx.Client, sign: SignCustom, admin: dict[str, str]
) -> None:
    first = sign_in(http, sign(claims={"role": "admin"}, tenant_id="tenant-1"))
    again = sign_in(http, sign())
    claims = verify(
        http,
        first["idToken"],
        f"https://securetoken.google.com/{PROJECT}",
        "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com",
    )

    assert (first["isNewUser"], again["isNewUser"]) == (True, False)
    assert first["expiresIn"] == "3600"
    assert (claims["sub"], claims["user_id"], claims["role"]) == ("erin", "erin", "admin")
    assert claims["auth_time"] == claims["iat"] == claims["exp"] - 3600
    assert claims["firebase"] == {
        "identities": {}, "sign_in_provider": "custom", "tenant": "tenant-1",
    }  # fmt: skip
    body = {"idToken": first["idToken"], "validDuration": 3600 * 24}
    response = http.post(f"{PROJECT_PATH}:createSessionCookie", json=body, headers=admin)
    cookie = verify(
        http,
        response.json()["sessionCookie"],
        f"https://session.firebase.google.com/{PROJECT}",
        "/identitytoolkit/v3/relyingparty/publicKeys",
    )
    assert cookie["exp"] - cookie["iat"] == 3600 * 24
    assert (cookie["sub"], cookie["auth_time"]) == ("erin", claims["auth_time"])


def test_declared_user_has_claims_in_the_id_token(http: httpx.Client, sign: SignCustom) -> None:
    claims = jwt.decode(
        sign_in(http, sign(uid="alice"))["idToken"], options={"verify_signature": False}
    )

    assert (claims["email"], claims["email_verified"]) == ("alice@example.com", True)
    assert claims["firebase"]["identities"] == {"email": ["alice@example.com"]}


@pytest.mark.parametrize("claims", [{"a": "x" * 992}, {"é" * 496: "é" * 497}])
def test_claims_of_1000_characters_are_accepted(
    http: httpx.Client, sign: SignCustom, claims: dict[str, str]
) -> None:
    assert sign_in(http, sign(claims=claims))["idToken"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"exp": 1}, "INVALID_CUSTOM_TOKEN"),
        ({"exp": 1 << 40}, "INVALID_CUSTOM_TOKEN"),
        ({"iat": ...}, "INVALID_CUSTOM_TOKEN"),
        (
            {"aud": "https://oauth2.googleapis.com/token"},
            "INVALID_CUSTOM_TOKEN : Invalid JWT: Failed audience check.",
        ),
        ({"aud": ...}, "INVALID_CUSTOM_TOKEN"),
        ({"iss": "nobody@x.test"}, "INVALID_CUSTOM_TOKEN"),
        ({"iss": ...}, "INVALID_CUSTOM_TOKEN"),
        ({"sub": "alice"}, "INVALID_CUSTOM_TOKEN : sub: expected"),
        ({"sub": ...}, "INVALID_CUSTOM_TOKEN : sub: expected"),
        ({"uid": ...}, "INVALID_CUSTOM_TOKEN : uid: expected"),
        ({"uid": ""}, "INVALID_CUSTOM_TOKEN : uid: expected"),
        ({"uid": 5}, "INVALID_CUSTOM_TOKEN : uid: expected"),
        ({"uid": None}, "INVALID_CUSTOM_TOKEN : uid: expected"),
        ({"uid": "x" * 129}, "INVALID_CUSTOM_TOKEN : uid: expected"),
        ({"claims": []}, "INVALID_CUSTOM_TOKEN : claims: expected"),
        ({"claims": "a"}, "INVALID_CUSTOM_TOKEN : claims: expected"),
        ({"claims": {"sub": "a", "iss": "b"}}, "FORBIDDEN_CLAIM : claims: iss, sub: reserved"),
        ({"claims": {"a": "x" * 993}}, "CLAIMS_TOO_LARGE"),
        ({"tenant_id": 5}, "INVALID_CUSTOM_TOKEN : tenant_id"),
        ({"key": "x" * 32, "alg": "HS256"}, "INVALID_CUSTOM_TOKEN"),
    ],
)
def test_wrong_custom_token_is_rejected_with_the_reason(
    http: httpx.Client, sign: SignCustom, fields: dict[str, Any], error: str
) -> None:
    response = http.post(SIGN_IN, json={"token": sign(**fields)})

    assert response.status_code == 400
    assert read_error(response).startswith(error)


def test_custom_token_of_another_key_or_project_is_rejected(
    token_issuer: RunningIssuer, http: httpx.Client, sign: SignCustom
) -> None:
    foreign = "app@other-project.iam.gserviceaccount.com"
    key = token_issuer.service_accounts.add(foreign)["private_key"]
    forged = http.post(SIGN_IN, json={"token": sign(key)})
    other = http.post(SIGN_IN, json={"token": sign(key, iss=foreign, sub=foreign)})

    assert read_error(forged).startswith("INVALID_CUSTOM_TOKEN")
    assert read_error(other).startswith("CREDENTIAL_MISMATCH : iss: the service account belongs")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "MISSING_CUSTOM_TOKEN"),
        (b"{}", "MISSING_CUSTOM_TOKEN"),
        (b'{"token":5}', "MISSING_CUSTOM_TOKEN"),
        (b'{"token":"x"}', "INVALID_CUSTOM_TOKEN"),
        (b"[]", "INVALID_JSON"),
        (b"\xff", "INVALID_JSON"),
        (b'{"token":"a","token":"b"}', "INVALID_JSON"),
    ],
)
def test_malformed_request_is_rejected(http: httpx.Client, body: bytes, error: str) -> None:
    response = http.post(SIGN_IN, content=body)

    assert response.status_code == 400
    assert read_error(response).startswith(error)


def test_look_up_finds_known_users_alone(
    http: httpx.Client, sign: SignCustom, admin: dict[str, str]
) -> None:
    own = sign_in(http, sign())["idToken"]

    def look_up(**body: Any) -> list[str]:
        response = http.post(f"{PROJECT_PATH}/accounts:lookup", json=body, headers=admin)
        assert response.status_code == 200, response.text
        return [user["localId"] for user in response.json().get("users", [])]

    assert look_up(localId=["erin", "alice", "nobody", "erin"]) == ["erin", "alice"]
    assert look_up(email=["BOB@example.com", "x@y.test"]) == ["bob"]
    assert look_up() == look_up(localId=[], phoneNumber=["+1"]) == []
    (user,) = http.post("/v1/accounts:lookup?key=any", json={"idToken": own}).json()["users"]
    assert (user["localId"], user["disabled"]) == ("erin", False)


def test_user_can_be_revoked_and_disabled(
    http: httpx.Client, sign: SignCustom, admin: dict[str, str]
) -> None:
    sign_in(http, sign())
    path = f"{PROJECT_PATH}/accounts:update"
    body = {"localId": "erin", "validSince": "1893456000", "disableUser": True}
    assert http.post(path, json=body, headers=admin).json()["localId"] == "erin"
    lookup = http.post(f"{PROJECT_PATH}/accounts:lookup", json={"localId": ["erin"]}, headers=admin)
    (user,) = lookup.json()["users"]

    assert (user["validSince"], user["disabled"]) == ("1893456000", True)
    refused = http.post(SIGN_IN, json={"token": sign()})
    assert read_error(refused).startswith("USER_DISABLED")
    http.post(path, json={"localId": "erin", "disableUser": False}, headers=admin)
    sign_in(http, sign())


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "MISSING_LOCAL_ID"),
        ({"localId": ["erin"]}, "MISSING_LOCAL_ID"),
        ({"localId": "nobody"}, "USER_NOT_FOUND"),
        ({"localId": "alice", "validSince": "soon"}, "INVALID_REQUEST"),
        ({"localId": "alice", "validSince": -1}, "INVALID_REQUEST"),
        ({"localId": "alice", "validSince": 1e300}, "INVALID_REQUEST"),
        ({"localId": "alice", "disableUser": 1}, "INVALID_REQUEST"),
        ({"localId": "alice", "email": "a@b.test"}, "OPERATION_NOT_ALLOWED : email: cannot"),
    ],
)
def test_wrong_change_is_rejected(
    http: httpx.Client, admin: dict[str, str], body: dict[str, Any], error: str
) -> None:
    response = http.post(f"{PROJECT_PATH}/accounts:update", json=body, headers=admin)

    assert response.status_code == 400
    assert read_error(response).startswith(error)


@pytest.mark.parametrize("method", [":createSessionCookie", "/accounts:lookup", "/accounts:update"])
def test_administration_needs_the_access_token_of_a_service_account(
    token_issuer: RunningIssuer, http: httpx.Client, method: str
) -> None:
    path = "/computeMetadata/v1/instance/service-accounts/default/token?scopes=openid"
    weak = http.get(path, headers={"Metadata-Flavor": "Google"}).json()["access_token"]

    def post(authorization: str | None) -> httpx.Response:
        headers = {} if authorization is None else {"Authorization": authorization}
        return http.post(f"{PROJECT_PATH}{method}", json={"localId": "alice"}, headers=headers)

    for wrong in (None, "", "Bearer", "Bearer x", f"Basic {weak}", f"Bearer {token_issuer.mint()}"):
        response = post(wrong)
        assert response.status_code == 401
        assert read_error(response).startswith("UNAUTHENTICATED : Authorization: expected Bearer")
    response = post(f"Bearer {weak}")
    assert response.status_code == 403
    assert read_error(response).startswith("INSUFFICIENT_PERMISSION : scope: expected one of")


def test_access_token_of_a_removed_account_is_rejected(
    token_issuer: RunningIssuer, http: httpx.Client
) -> None:
    email = f"gone@{PROJECT}.iam.gserviceaccount.com"
    key_file = token_issuer.service_accounts.add(email)
    now = int(time.time())
    scope = "https://www.googleapis.com/auth/cloud-platform"
    claims = {
        "iss": email, "aud": key_file["token_uri"], "iat": now, "exp": now + 60, "scope": scope,
    }  # fmt: skip
    data = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": jwt.encode(claims, key_file["private_key"], "RS256"),
    }
    token = http.post("/token", data=data).json()["access_token"]

    def look_up() -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return http.post(f"{PROJECT_PATH}/accounts:lookup", headers=headers).status_code

    assert look_up() == 200
    token_issuer.service_accounts.remove(email)
    assert look_up() == 401


@pytest.mark.parametrize(
    ("project", "body", "error"),
    [
        ("other", {}, "PROJECT_NOT_FOUND : the project is dev-only-project"),
        (PROJECT, {}, "MISSING_ID_TOKEN"),
        (PROJECT, {"idToken": 5}, "MISSING_ID_TOKEN"),
        (PROJECT, {"idToken": "x"}, "INVALID_ID_TOKEN"),
        (PROJECT, {"idToken": "x", "validDuration": 299}, "INVALID_DURATION"),
        (PROJECT, {"idToken": "x", "validDuration": "1209601"}, "INVALID_DURATION"),
        (PROJECT, {"idToken": "x", "validDuration": None}, "INVALID_ID_TOKEN"),
        (PROJECT, {"idToken": "x", "validDuration": True}, "INVALID_DURATION"),
    ],
)
def test_wrong_request_for_a_session_cookie_is_rejected(
    http: httpx.Client, admin: dict[str, str], project: str, body: dict[str, Any], error: str
) -> None:
    path = f"/v1/projects/{project}:createSessionCookie"
    response = http.post(path, json=body, headers=admin)

    assert response.status_code == 400
    assert read_error(response).startswith(error)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"profile": "firebase", "exp": "-1s"},
        {"profile": "firebase", "aud": "other"},
        {"profile": "firebase", "iss": "https://securetoken.google.com/other"},
        {"profile": "firebase", "alg": "ES256"},
        {"profile": "firebase", "defect": "signature-bit-flipped"},
        {"profile": "firebase", "claims": {"sub": 5}},
    ],
)
def test_session_cookie_needs_a_valid_id_token_of_the_project(
    token_issuer: RunningIssuer, http: httpx.Client, admin: dict[str, str], fields: dict[str, Any]
) -> None:
    path = f"{PROJECT_PATH}:createSessionCookie"
    good = http.post(path, json={"idToken": token_issuer.mint(profile="firebase")}, headers=admin)
    bad = http.post("/token", json=fields).json()["access_token"]

    assert good.status_code == 200
    assert read_error(http.post(path, json={"idToken": bad}, headers=admin)).startswith(
        "INVALID_ID_TOKEN : idToken: "
    )


def test_unknown_method_of_a_project_is_no_path(http: httpx.Client, admin: dict[str, str]) -> None:
    response = http.post(f"{PROJECT_PATH}:nope", headers=admin)

    assert response.status_code == 404
    assert "expected /v1/projects/PROJECT:createSessionCookie" in response.text
